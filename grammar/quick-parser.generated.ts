// The parser of texts without a mistake, made by generate-quick-parser.ts from the productions; do not change by hand.

import type { IToken } from "chevrotain";
import type * as cst from "./cst.generated.js";
import { kinds } from "./kinds.js";
import { choices, decisionOf, TokenReader } from "./token-reader.js";
import { Arrow, AsWord, AssertWord, Assign, AtWord, Bar, BelowWord, BlockWord, CloseBrace, CloseBracket, CloseParen, Colon, Comma, DataWord, DeclarationEnd, Dot, ElseWord, End, FalseWord, FieldsWord, FromWord, FrozenWord, FuseWord, IfWord, ImportWord, InputWord, LayerWord, LetWord, LineToken, LinkingWord, Minus, ModelWord, Name, NotWord, NumberToken, OnWord, OpenBrace, OpenBracket, OpenParen, Operator, OutputWord, OverparamWord, PipeSymbol, Range, RecipeWord, RepeatWord, ReturnWord, StepWord, StringToken, ThenWord, TrainWord, TrueWord, Unit } from "./tokens.js";

const nameKinds = kinds(Name);
const choice1 = choices("path Repetition 0");
const dotKinds = kinds(Dot);
const choice2 = choices("type Option 0");
const openBracketKinds = kinds(OpenBracket);
const choice3 = choices("type RepetitionWithSeparator 0");
const commaKinds = kinds(Comma);
const closeBracketKinds = kinds(CloseBracket);
const choice4 = choices("type Repetition 0");
const barKinds = kinds(Bar);
const choice5 = choices("type Option 2");
const belowWordKinds = kinds(BelowWord);
const choice6 = choices("size Option 0");
const rangeKinds = kinds(Range);
const choice7 = choices("expression Repetition 0");
const operatorKinds = kinds(Operator);
const choice8 = choices("expression Repetition 2");
const choice9 = choices("expression OR 0");
const ifWordKinds = kinds(IfWord);
const thenWordKinds = kinds(ThenWord);
const elseWordKinds = kinds(ElseWord);
const pipeKinds = kinds(PipeSymbol);
const choice10 = choices("operand Option 3");
const minusKinds = kinds(Minus);
const notWordKinds = kinds(NotWord);
const choice11 = choices("operand OR 2");
const choice12 = choices("operand Option 0");
const numberKinds = kinds(NumberToken);
const choice13 = choices("operand Option 2");
const unitKinds = kinds(Unit);
const stringKinds = kinds(StringToken);
const trueWordKinds = kinds(TrueWord);
const falseWordKinds = kinds(FalseWord);
const choice14 = choices("operand OR 0");
const choice15 = choices("operand Repetition 2");
const frozenWordKinds = kinds(FrozenWord);
const overparamWordKinds = kinds(OverparamWord);
const choice16 = choices("annotation OR 2");
const choice17 = choices("annotation OR 0");
const choice18 = choices("list RepetitionWithSeparator 0");
const openParenKinds = kinds(OpenParen);
const closeParenKinds = kinds(CloseParen);
const choice19 = decisionOf("arg Option 0");
const colonKinds = kinds(Colon);
const assignKinds = kinds(Assign);
const choice20 = choices("arg OR 0");
const choice21 = choices("params RepetitionWithSeparator 0");
const choice22 = choices("param Option 0");
const choice23 = choices("stray RepetitionMandatory 0");
const lineTokenKinds = kinds(LineToken);
const choice24 = choices("field Option 0");
const fromWordKinds = kinds(FromWord);
const openBraceKinds = kinds(OpenBrace);
const endKinds = kinds(End);
const closeBraceKinds = kinds(CloseBrace);
const choice25 = decisionOf("statement OR 0");
const choice26 = choices("statement Option 0");
const inputWordKinds = kinds(InputWord);
const outputWordKinds = kinds(OutputWord);
const choice27 = choices("output Option 0");
const layerWordKinds = kinds(LayerWord);
const repeatWordKinds = kinds(RepeatWord);
const choice28 = choices("repeat Option 0");
const asWordKinds = kinds(AsWord);
const choice29 = choices("if Option 2");
const choice30 = choices("if OR 0");
const returnWordKinds = kinds(ReturnWord);
const assertWordKinds = kinds(AssertWord);
const choice31 = choices("assert Option 0");
const choice32 = choices("strayBraces Repetition 0");
const choice33 = choices("strayBraces OR 0");
const choice34 = choices("clause OR 0");
const fieldsWordKinds = kinds(FieldsWord);
const choice35 = choices("wordClause Option 0");
const choice36 = choices("wordClause OR 0");
const choice37 = choices("wordClause RepetitionWithSeparator 0");
const choice38 = decisionOf("item Option 0");
const linkingWordKinds = kinds(LinkingWord);
const choice39 = choices("part OR 0");
const choice40 = choices("program Repetition 0");
const declarationEndKinds = kinds(DeclarationEnd);
const choice41 = choices("declaration OR 0");
const importWordKinds = kinds(ImportWord);
const letWordKinds = kinds(LetWord);
const dataWordKinds = kinds(DataWord);
const blockWordKinds = kinds(BlockWord);
const choice42 = choices("block Option 0");
const arrowKinds = kinds(Arrow);
const modelWordKinds = kinds(ModelWord);
const choice43 = choices("model OR 0");
const choice44 = choices("instance Option 0");
const fuseWordKinds = kinds(FuseWord);
const choice45 = choices("source Option 2");
const atWordKinds = kinds(AtWord);
const stepWordKinds = kinds(StepWord);
const recipeWordKinds = kinds(RecipeWord);
const trainWordKinds = kinds(TrainWord);
const onWordKinds = kinds(OnWord);
const choice46 = choices("unknownDeclaration OR 0");

/** Parses texts without a mistake. */
export class QuickParser extends TokenReader {
  /** The tree of a text; null if it has a mistake. */
  read(tokens: readonly IToken[]): cst.ProgramCstNode | null {
    return this.readAll(tokens, () => this.program());
  }

  private path(): cst.PathCstNode {
    const start = this.next;
    const children: Partial<cst.PathCstChildren> = {};
    children.Name = [this.take(nameKinds)];
    while (choice1[this.kind] === 1) {
      (children.Dot ??= []).push(this.take(dotKinds));
      children.Name.push(this.take(nameKinds));
    }
    return this.node("path", children, start) as cst.PathCstNode;
  }

  private type(): cst.TypeCstNode {
    const start = this.next;
    const children: Partial<cst.TypeCstChildren> = {};
    children.Name = [this.take(nameKinds)];
    if (choice2[this.kind] === 1) {
      children.OpenBracket = [this.take(openBracketKinds)];
      if (choice3[this.kind] === 1) {
        children.size = [this.size()];
        while (commaKinds[this.kind] === 1) {
          (children.Comma ??= []).push(this.take(commaKinds));
          children.size.push(this.size());
        }
      }
      children.CloseBracket = [this.take(closeBracketKinds)];
    }
    while (choice4[this.kind] === 1) {
      (children.Bar ??= []).push(this.take(barKinds));
      (children.alternative ??= []).push(this.take(nameKinds));
    }
    if (choice5[this.kind] === 1) {
      children.BelowWord = [this.take(belowWordKinds)];
      children.operation = [this.operation()];
    }
    return this.node("type", children, start) as cst.TypeCstNode;
  }

  private size(): cst.SizeCstNode {
    const start = this.next;
    const children: Partial<cst.SizeCstChildren> = {};
    if (choice6[this.kind] === 1) {
      children.Range = [this.take(rangeKinds)];
    }
    children.expression = [this.expression()];
    return this.node("size", children, start) as cst.SizeCstNode;
  }

  private expression(): cst.ExpressionCstNode {
    const start = this.next;
    const children: Partial<cst.ExpressionCstChildren> = {};
    switch (choice9[this.kind]) {
      case 0:
        children.conditional = [this.conditional()];
        break;
      case 1:
        children.operand = [this.operand()];
        while (choice7[this.kind] === 1) {
          (children.Operator ??= []).push(this.take(operatorKinds));
          children.operand.push(this.operand());
        }
        while (choice8[this.kind] === 1) {
          (children.pipeStep ??= []).push(this.pipeStep());
        }
        break;
      default:
        this.fail();
    }
    return this.node("expression", children, start) as cst.ExpressionCstNode;
  }

  private conditional(): cst.ConditionalCstNode {
    const start = this.next;
    const children: Partial<cst.ConditionalCstChildren> = {};
    children.IfWord = [this.take(ifWordKinds)];
    children.condition = [this.expression()];
    children.ThenWord = [this.take(thenWordKinds)];
    children.then = [this.expression()];
    children.ElseWord = [this.take(elseWordKinds)];
    children.else = [this.expression()];
    return this.node("conditional", children, start) as cst.ConditionalCstNode;
  }

  private pipeStep(): cst.PipeStepCstNode {
    const start = this.next;
    const children: Partial<cst.PipeStepCstChildren> = {};
    children.Pipe = [this.take(pipeKinds)];
    children.call = [this.call()];
    if (choice7[this.kind] === 1) {
      children.strayOperation = [this.strayOperation()];
    }
    return this.node("pipeStep", children, start) as cst.PipeStepCstNode;
  }

  private strayOperation(): cst.StrayOperationCstNode {
    const start = this.next;
    const children: Partial<cst.StrayOperationCstChildren> = {};
    if (choice7[this.kind] !== 1) this.fail();
    do {
      (children.Operator ??= []).push(this.take(operatorKinds));
      (children.operand ??= []).push(this.operand());
    } while (choice7[this.kind] === 1);
    return this.node("strayOperation", children, start) as cst.StrayOperationCstNode;
  }

  private operation(): cst.OperationCstNode {
    const start = this.next;
    const children: Partial<cst.OperationCstChildren> = {};
    children.operand = [this.operand()];
    while (choice7[this.kind] === 1) {
      (children.Operator ??= []).push(this.take(operatorKinds));
      children.operand.push(this.operand());
    }
    return this.node("operation", children, start) as cst.OperationCstNode;
  }

  private operand(): cst.OperandCstNode {
    const start = this.next;
    const children: Partial<cst.OperandCstChildren> = {};
    if (choice10[this.kind] === 1) {
      switch (choice11[this.kind]) {
        case 0:
          children.Minus = [this.take(minusKinds)];
          break;
        case 1:
          children.NotWord = [this.take(notWordKinds)];
          break;
        default:
          this.fail();
      }
    }
    switch (choice14[this.kind]) {
      case 0:
        children.Name = [this.take(nameKinds)];
        while (choice1[this.kind] === 1) {
          (children.Dot ??= []).push(this.take(dotKinds));
          children.Name.push(this.take(nameKinds));
        }
        if (choice12[this.kind] === 1) {
          children.args = [this.args()];
        }
        break;
      case 1:
        children.Number = [this.take(numberKinds)];
        if (choice13[this.kind] === 1) {
          children.Unit = [this.take(unitKinds)];
        }
        break;
      case 2:
        children.String = [this.take(stringKinds)];
        break;
      case 3:
        children.TrueWord = [this.take(trueWordKinds)];
        break;
      case 4:
        children.FalseWord = [this.take(falseWordKinds)];
        break;
      case 5:
        children.list = [this.list()];
        break;
      case 6:
        children.group = [this.group()];
        break;
      default:
        this.fail();
    }
    while (choice15[this.kind] === 1) {
      (children.annotation ??= []).push(this.annotation());
    }
    return this.node("operand", children, start) as cst.OperandCstNode;
  }

  private call(): cst.CallCstNode {
    const start = this.next;
    const children: Partial<cst.CallCstChildren> = {};
    children.plainCall = [this.plainCall()];
    while (choice15[this.kind] === 1) {
      (children.annotation ??= []).push(this.annotation());
    }
    return this.node("call", children, start) as cst.CallCstNode;
  }

  private plainCall(): cst.PlainCallCstNode {
    const start = this.next;
    const children: Partial<cst.PlainCallCstChildren> = {};
    children.Name = [this.take(nameKinds)];
    while (choice1[this.kind] === 1) {
      (children.Dot ??= []).push(this.take(dotKinds));
      children.Name.push(this.take(nameKinds));
    }
    if (choice12[this.kind] === 1) {
      children.args = [this.args()];
    }
    return this.node("plainCall", children, start) as cst.PlainCallCstNode;
  }

  private annotation(): cst.AnnotationCstNode {
    const start = this.next;
    const children: Partial<cst.AnnotationCstChildren> = {};
    switch (choice17[this.kind]) {
      case 0:
        children.FrozenWord = [this.take(frozenWordKinds)];
        break;
      case 1:
        children.OverparamWord = [this.take(overparamWordKinds)];
        switch (choice16[this.kind]) {
          case 0:
            children.Number = [this.take(numberKinds)];
            break;
          case 1:
            children.Name = [this.take(nameKinds)];
            break;
          case 2:
            children.args = [this.args()];
            break;
          default:
            this.fail();
        }
        break;
      default:
        this.fail();
    }
    return this.node("annotation", children, start) as cst.AnnotationCstNode;
  }

  private primary(): cst.PrimaryCstNode {
    const start = this.next;
    const children: Partial<cst.PrimaryCstChildren> = {};
    switch (choice14[this.kind]) {
      case 0:
        children.Name = [this.take(nameKinds)];
        while (choice1[this.kind] === 1) {
          (children.Dot ??= []).push(this.take(dotKinds));
          children.Name.push(this.take(nameKinds));
        }
        if (choice12[this.kind] === 1) {
          children.args = [this.args()];
        }
        break;
      case 1:
        children.Number = [this.take(numberKinds)];
        if (choice13[this.kind] === 1) {
          children.Unit = [this.take(unitKinds)];
        }
        break;
      case 2:
        children.String = [this.take(stringKinds)];
        break;
      case 3:
        children.TrueWord = [this.take(trueWordKinds)];
        break;
      case 4:
        children.FalseWord = [this.take(falseWordKinds)];
        break;
      case 5:
        children.list = [this.list()];
        break;
      case 6:
        children.group = [this.group()];
        break;
      default:
        this.fail();
    }
    return this.node("primary", children, start) as cst.PrimaryCstNode;
  }

  private list(): cst.ListCstNode {
    const start = this.next;
    const children: Partial<cst.ListCstChildren> = {};
    children.OpenBracket = [this.take(openBracketKinds)];
    if (choice18[this.kind] === 1) {
      children.expression = [this.expression()];
      while (commaKinds[this.kind] === 1) {
        (children.Comma ??= []).push(this.take(commaKinds));
        children.expression.push(this.expression());
      }
    }
    children.CloseBracket = [this.take(closeBracketKinds)];
    return this.node("list", children, start) as cst.ListCstNode;
  }

  private group(): cst.GroupCstNode {
    const start = this.next;
    const children: Partial<cst.GroupCstChildren> = {};
    children.OpenParen = [this.take(openParenKinds)];
    children.expression = [this.expression()];
    children.CloseParen = [this.take(closeParenKinds)];
    return this.node("group", children, start) as cst.GroupCstNode;
  }

  private args(): cst.ArgsCstNode {
    const start = this.next;
    const children: Partial<cst.ArgsCstChildren> = {};
    children.OpenParen = [this.take(openParenKinds)];
    if (choice18[this.kind] === 1) {
      children.arg = [this.arg()];
      while (commaKinds[this.kind] === 1) {
        (children.Comma ??= []).push(this.take(commaKinds));
        children.arg.push(this.arg());
      }
    }
    children.CloseParen = [this.take(closeParenKinds)];
    return this.node("args", children, start) as cst.ArgsCstNode;
  }

  private arg(): cst.ArgCstNode {
    const start = this.next;
    const children: Partial<cst.ArgCstChildren> = {};
    if (this.chosen(choice19) === 1) {
      children.Name = [this.take(nameKinds)];
      switch (choice20[this.kind]) {
        case 0:
          children.Colon = [this.take(colonKinds)];
          break;
        case 1:
          children.strayAssign = [this.take(assignKinds)];
          break;
        default:
          this.fail();
      }
    }
    children.expression = [this.expression()];
    return this.node("arg", children, start) as cst.ArgCstNode;
  }

  private params(): cst.ParamsCstNode {
    const start = this.next;
    const children: Partial<cst.ParamsCstChildren> = {};
    children.OpenParen = [this.take(openParenKinds)];
    if (choice21[this.kind] === 1) {
      children.param = [this.param()];
      while (commaKinds[this.kind] === 1) {
        (children.Comma ??= []).push(this.take(commaKinds));
        children.param.push(this.param());
      }
    }
    children.CloseParen = [this.take(closeParenKinds)];
    return this.node("params", children, start) as cst.ParamsCstNode;
  }

  private param(): cst.ParamCstNode {
    const start = this.next;
    const children: Partial<cst.ParamCstChildren> = {};
    children.Name = [this.take(nameKinds)];
    children.Colon = [this.take(colonKinds)];
    children.type = [this.type()];
    if (choice22[this.kind] === 1) {
      children.Assign = [this.take(assignKinds)];
      children.expression = [this.expression()];
    }
    return this.node("param", children, start) as cst.ParamCstNode;
  }

  private stray(): cst.StrayCstNode {
    const start = this.next;
    const children: Partial<cst.StrayCstChildren> = {};
    if (choice23[this.kind] !== 1) this.fail();
    do {
      (children.LineToken ??= []).push(this.take(lineTokenKinds));
    } while (choice23[this.kind] === 1);
    return this.node("stray", children, start) as cst.StrayCstNode;
  }

  private field(): cst.FieldCstNode {
    const start = this.next;
    const children: Partial<cst.FieldCstChildren> = {};
    children.Name = [this.take(nameKinds)];
    children.Colon = [this.take(colonKinds)];
    children.type = [this.type()];
    if (choice24[this.kind] === 1) {
      children.FromWord = [this.take(fromWordKinds)];
      children.expression = [this.expression()];
    }
    return this.node("field", children, start) as cst.FieldCstNode;
  }

  private body(): cst.BodyCstNode {
    const start = this.next;
    const children: Partial<cst.BodyCstChildren> = {};
    children.OpenBrace = [this.take(openBraceKinds)];
    if (choice23[this.kind] === 1) {
      children.statement = [this.statement()];
      while (endKinds[this.kind] === 1) {
        (children.End ??= []).push(this.take(endKinds));
        children.statement.push(this.statement());
      }
    }
    children.CloseBrace = [this.take(closeBraceKinds)];
    return this.node("body", children, start) as cst.BodyCstNode;
  }

  private statement(): cst.StatementCstNode {
    const start = this.next;
    const children: Partial<cst.StatementCstChildren> = {};
    switch (this.chosen(choice25)) {
      case 0:
        children.inputs = [this.inputs()];
        break;
      case 1:
        children.output = [this.output()];
        break;
      case 2:
        children.layer = [this.layer()];
        break;
      case 3:
        children.repeat = [this.repeat()];
        break;
      case 4:
        children.if = [this.if()];
        break;
      case 5:
        children.return = [this.return()];
        break;
      case 6:
        children.assert = [this.assert()];
        break;
      case 7:
        children.bind = [this.bind()];
        break;
      case 8:
        children.unknownLine = [this.unknownLine()];
        break;
      default:
        this.fail();
    }
    if (choice26[this.kind] === 1) {
      children.strayBraces = [this.strayBraces()];
    }
    return this.node("statement", children, start) as cst.StatementCstNode;
  }

  private inputs(): cst.InputsCstNode {
    const start = this.next;
    const children: Partial<cst.InputsCstChildren> = {};
    children.InputWord = [this.take(inputWordKinds)];
    if (choice21[this.kind] !== 1) this.fail();
    children.field = [this.field()];
    while (commaKinds[this.kind] === 1) {
      (children.Comma ??= []).push(this.take(commaKinds));
      children.field.push(this.field());
    }
    return this.node("inputs", children, start) as cst.InputsCstNode;
  }

  private output(): cst.OutputCstNode {
    const start = this.next;
    const children: Partial<cst.OutputCstChildren> = {};
    children.OutputWord = [this.take(outputWordKinds)];
    children.Name = [this.take(nameKinds)];
    if (choice27[this.kind] === 1) {
      children.Colon = [this.take(colonKinds)];
      children.type = [this.type()];
    }
    children.Assign = [this.take(assignKinds)];
    children.expression = [this.expression()];
    return this.node("output", children, start) as cst.OutputCstNode;
  }

  private layer(): cst.LayerCstNode {
    const start = this.next;
    const children: Partial<cst.LayerCstChildren> = {};
    children.LayerWord = [this.take(layerWordKinds)];
    children.Name = [this.take(nameKinds)];
    children.Assign = [this.take(assignKinds)];
    children.expression = [this.expression()];
    return this.node("layer", children, start) as cst.LayerCstNode;
  }

  private repeat(): cst.RepeatCstNode {
    const start = this.next;
    const children: Partial<cst.RepeatCstChildren> = {};
    children.RepeatWord = [this.take(repeatWordKinds)];
    children.expression = [this.expression()];
    if (choice28[this.kind] === 1) {
      children.AsWord = [this.take(asWordKinds)];
      children.Name = [this.take(nameKinds)];
    }
    if (choice23[this.kind] === 1) {
      children.stray = [this.stray()];
    }
    children.body = [this.body()];
    return this.node("repeat", children, start) as cst.RepeatCstNode;
  }

  private if(): cst.IfCstNode {
    const start = this.next;
    const children: Partial<cst.IfCstChildren> = {};
    children.IfWord = [this.take(ifWordKinds)];
    children.expression = [this.expression()];
    if (choice23[this.kind] === 1) {
      children.stray = [this.stray()];
    }
    children.body = [this.body()];
    if (choice29[this.kind] === 1) {
      children.ElseWord = [this.take(elseWordKinds)];
      switch (choice30[this.kind]) {
        case 0:
          children.if = [this.if()];
          break;
        case 1:
          children.else = [this.body()];
          break;
        default:
          this.fail();
      }
    }
    return this.node("if", children, start) as cst.IfCstNode;
  }

  private return(): cst.ReturnCstNode {
    const start = this.next;
    const children: Partial<cst.ReturnCstChildren> = {};
    children.ReturnWord = [this.take(returnWordKinds)];
    if (choice18[this.kind] !== 1) this.fail();
    children.expression = [this.expression()];
    while (commaKinds[this.kind] === 1) {
      (children.Comma ??= []).push(this.take(commaKinds));
      children.expression.push(this.expression());
    }
    return this.node("return", children, start) as cst.ReturnCstNode;
  }

  private assert(): cst.AssertCstNode {
    const start = this.next;
    const children: Partial<cst.AssertCstChildren> = {};
    children.AssertWord = [this.take(assertWordKinds)];
    children.expression = [this.expression()];
    if (choice31[this.kind] === 1) {
      children.Comma = [this.take(commaKinds)];
      children.String = [this.take(stringKinds)];
    }
    return this.node("assert", children, start) as cst.AssertCstNode;
  }

  private bind(): cst.BindCstNode {
    const start = this.next;
    const children: Partial<cst.BindCstChildren> = {};
    if (choice21[this.kind] !== 1) this.fail();
    children.Name = [this.take(nameKinds)];
    while (commaKinds[this.kind] === 1) {
      (children.Comma ??= []).push(this.take(commaKinds));
      children.Name.push(this.take(nameKinds));
    }
    children.Assign = [this.take(assignKinds)];
    children.expression = [this.expression()];
    return this.node("bind", children, start) as cst.BindCstNode;
  }

  private unknownLine(): cst.UnknownLineCstNode {
    const start = this.next;
    const children: Partial<cst.UnknownLineCstChildren> = {};
    if (choice23[this.kind] !== 1) this.fail();
    do {
      (children.LineToken ??= []).push(this.take(lineTokenKinds));
    } while (choice23[this.kind] === 1);
    return this.node("unknownLine", children, start) as cst.UnknownLineCstNode;
  }

  private strayBraces(): cst.StrayBracesCstNode {
    const start = this.next;
    const children: Partial<cst.StrayBracesCstChildren> = {};
    children.OpenBrace = [this.take(openBraceKinds)];
    while (choice32[this.kind] === 1) {
      switch (choice33[this.kind]) {
        case 0:
          (children.LineToken ??= []).push(this.take(lineTokenKinds));
          break;
        case 1:
          (children.End ??= []).push(this.take(endKinds));
          break;
        case 2:
          (children.strayBraces ??= []).push(this.strayBraces());
          break;
        default:
          this.fail();
      }
    }
    children.CloseBrace = [this.take(closeBraceKinds)];
    return this.node("strayBraces", children, start) as cst.StrayBracesCstNode;
  }

  private clauses(): cst.ClausesCstNode {
    const start = this.next;
    const children: Partial<cst.ClausesCstChildren> = {};
    children.OpenBrace = [this.take(openBraceKinds)];
    if (choice23[this.kind] === 1) {
      children.clause = [this.clause()];
      while (endKinds[this.kind] === 1) {
        (children.End ??= []).push(this.take(endKinds));
        children.clause.push(this.clause());
      }
    }
    children.CloseBrace = [this.take(closeBraceKinds)];
    return this.node("clauses", children, start) as cst.ClausesCstNode;
  }

  private clause(): cst.ClauseCstNode {
    const start = this.next;
    const children: Partial<cst.ClauseCstChildren> = {};
    switch (choice34[this.kind]) {
      case 0:
        children.fields = [this.fields()];
        break;
      case 1:
        children.assert = [this.assert()];
        break;
      case 2:
        children.wordClause = [this.wordClause()];
        break;
      case 3:
        children.unknownLine = [this.unknownLine()];
        break;
      default:
        this.fail();
    }
    if (choice26[this.kind] === 1) {
      children.strayBraces = [this.strayBraces()];
    }
    return this.node("clause", children, start) as cst.ClauseCstNode;
  }

  private fields(): cst.FieldsCstNode {
    const start = this.next;
    const children: Partial<cst.FieldsCstChildren> = {};
    children.FieldsWord = [this.take(fieldsWordKinds)];
    if (choice21[this.kind] !== 1) this.fail();
    children.field = [this.field()];
    while (commaKinds[this.kind] === 1) {
      (children.Comma ??= []).push(this.take(commaKinds));
      children.field.push(this.field());
    }
    return this.node("fields", children, start) as cst.FieldsCstNode;
  }

  private wordClause(): cst.WordClauseCstNode {
    const start = this.next;
    const children: Partial<cst.WordClauseCstChildren> = {};
    children.Name = [this.take(nameKinds)];
    if (choice35[this.kind] === 1) {
      switch (choice36[this.kind]) {
        case 0:
          children.strayAssign = [this.take(assignKinds)];
          break;
        case 1:
          children.strayAssign = [this.take(colonKinds)];
          break;
        default:
          this.fail();
      }
    }
    if (choice37[this.kind] === 1) {
      children.item = [this.item()];
      while (commaKinds[this.kind] === 1) {
        (children.Comma ??= []).push(this.take(commaKinds));
        children.item.push(this.item());
      }
    }
    return this.node("wordClause", children, start) as cst.WordClauseCstNode;
  }

  private item(): cst.ItemCstNode {
    const start = this.next;
    const children: Partial<cst.ItemCstChildren> = {};
    if (this.chosen(choice38) === 1) {
      children.Name = [this.take(nameKinds)];
      children.Colon = [this.take(colonKinds)];
    }
    if (choice37[this.kind] !== 1) this.fail();
    do {
      (children.part ??= []).push(this.part());
    } while (choice37[this.kind] === 1);
    return this.node("item", children, start) as cst.ItemCstNode;
  }

  private part(): cst.PartCstNode {
    const start = this.next;
    const children: Partial<cst.PartCstChildren> = {};
    switch (choice39[this.kind]) {
      case 0:
        children.LinkingWord = [this.take(linkingWordKinds)];
        break;
      case 1:
        children.expression = [this.expression()];
        break;
      default:
        this.fail();
    }
    return this.node("part", children, start) as cst.PartCstNode;
  }

  private program(): cst.ProgramCstNode {
    const start = this.next;
    const children: Partial<cst.ProgramCstChildren> = {};
    while (choice40[this.kind] === 1) {
      (children.declaration ??= []).push(this.declaration());
      (children.DeclarationEnd ??= []).push(this.take(declarationEndKinds));
    }
    return this.node("program", children, start) as cst.ProgramCstNode;
  }

  private declaration(): cst.DeclarationCstNode {
    const start = this.next;
    const children: Partial<cst.DeclarationCstChildren> = {};
    switch (choice41[this.kind]) {
      case 0:
        children.import = [this.import()];
        break;
      case 1:
        children.let = [this.let()];
        break;
      case 2:
        children.data = [this.data()];
        break;
      case 3:
        children.block = [this.block()];
        break;
      case 4:
        children.model = [this.model()];
        break;
      case 5:
        children.recipe = [this.recipe()];
        break;
      case 6:
        children.train = [this.train()];
        break;
      case 7:
        children.unknownDeclaration = [this.unknownDeclaration()];
        break;
      default:
        this.fail();
    }
    return this.node("declaration", children, start) as cst.DeclarationCstNode;
  }

  private import(): cst.ImportCstNode {
    const start = this.next;
    const children: Partial<cst.ImportCstChildren> = {};
    children.ImportWord = [this.take(importWordKinds)];
    children.OpenBrace = [this.take(openBraceKinds)];
    if (choice21[this.kind] !== 1) this.fail();
    children.importedName = [this.importedName()];
    while (commaKinds[this.kind] === 1) {
      (children.Comma ??= []).push(this.take(commaKinds));
      children.importedName.push(this.importedName());
    }
    children.CloseBrace = [this.take(closeBraceKinds)];
    children.FromWord = [this.take(fromWordKinds)];
    children.String = [this.take(stringKinds)];
    return this.node("import", children, start) as cst.ImportCstNode;
  }

  private importedName(): cst.ImportedNameCstNode {
    const start = this.next;
    const children: Partial<cst.ImportedNameCstChildren> = {};
    children.Name = [this.take(nameKinds)];
    if (choice28[this.kind] === 1) {
      children.AsWord = [this.take(asWordKinds)];
      children.alias = [this.take(nameKinds)];
    }
    return this.node("importedName", children, start) as cst.ImportedNameCstNode;
  }

  private let(): cst.LetCstNode {
    const start = this.next;
    const children: Partial<cst.LetCstChildren> = {};
    children.LetWord = [this.take(letWordKinds)];
    children.Name = [this.take(nameKinds)];
    if (choice27[this.kind] === 1) {
      children.Colon = [this.take(colonKinds)];
      children.type = [this.type()];
    }
    children.Assign = [this.take(assignKinds)];
    children.expression = [this.expression()];
    return this.node("let", children, start) as cst.LetCstNode;
  }

  private data(): cst.DataCstNode {
    const start = this.next;
    const children: Partial<cst.DataCstChildren> = {};
    children.DataWord = [this.take(dataWordKinds)];
    children.Name = [this.take(nameKinds)];
    children.Assign = [this.take(assignKinds)];
    children.plainCall = [this.plainCall()];
    if (choice23[this.kind] === 1) {
      children.stray = [this.stray()];
    }
    if (choice26[this.kind] === 1) {
      children.clauses = [this.clauses()];
    }
    return this.node("data", children, start) as cst.DataCstNode;
  }

  private block(): cst.BlockCstNode {
    const start = this.next;
    const children: Partial<cst.BlockCstChildren> = {};
    children.BlockWord = [this.take(blockWordKinds)];
    children.Name = [this.take(nameKinds)];
    children.params = [this.params()];
    if (choice42[this.kind] === 1) {
      children.Arrow = [this.take(arrowKinds)];
      if (choice21[this.kind] !== 1) this.fail();
      children.type = [this.type()];
      while (commaKinds[this.kind] === 1) {
        (children.Comma ??= []).push(this.take(commaKinds));
        children.type.push(this.type());
      }
    }
    if (choice23[this.kind] === 1) {
      children.stray = [this.stray()];
    }
    children.body = [this.body()];
    return this.node("block", children, start) as cst.BlockCstNode;
  }

  private model(): cst.ModelCstNode {
    const start = this.next;
    const children: Partial<cst.ModelCstChildren> = {};
    children.ModelWord = [this.take(modelWordKinds)];
    children.Name = [this.take(nameKinds)];
    switch (choice43[this.kind]) {
      case 0:
        children.instance = [this.instance()];
        break;
      case 1:
        children.fuse = [this.fuse()];
        break;
      case 2:
        children.modelBody = [this.modelBody()];
        break;
      default:
        this.fail();
    }
    return this.node("model", children, start) as cst.ModelCstNode;
  }

  private instance(): cst.InstanceCstNode {
    const start = this.next;
    const children: Partial<cst.InstanceCstChildren> = {};
    children.Assign = [this.take(assignKinds)];
    children.call = [this.call()];
    if (choice44[this.kind] === 1) {
      children.fuse = [this.fuse()];
    }
    return this.node("instance", children, start) as cst.InstanceCstNode;
  }

  private modelBody(): cst.ModelBodyCstNode {
    const start = this.next;
    const children: Partial<cst.ModelBodyCstChildren> = {};
    if (choice12[this.kind] === 1) {
      children.params = [this.params()];
    }
    while (choice15[this.kind] === 1) {
      (children.annotation ??= []).push(this.annotation());
    }
    if (choice23[this.kind] === 1) {
      children.stray = [this.stray()];
    }
    children.body = [this.body()];
    return this.node("modelBody", children, start) as cst.ModelBodyCstNode;
  }

  private fuse(): cst.FuseCstNode {
    const start = this.next;
    const children: Partial<cst.FuseCstChildren> = {};
    children.FuseWord = [this.take(fuseWordKinds)];
    children.FromWord = [this.take(fromWordKinds)];
    if (choice21[this.kind] !== 1) this.fail();
    children.source = [this.source()];
    while (commaKinds[this.kind] === 1) {
      (children.Comma ??= []).push(this.take(commaKinds));
      children.source.push(this.source());
    }
    if (choice26[this.kind] === 1) {
      children.OpenBrace = [this.take(openBraceKinds)];
      if (choice21[this.kind] === 1) {
        children.fuseOption = [this.fuseOption()];
        while (commaKinds[this.kind] === 1) {
          (children.Comma ??= []).push(this.take(commaKinds));
          children.fuseOption.push(this.fuseOption());
        }
      }
      children.CloseBrace = [this.take(closeBraceKinds)];
    }
    return this.node("fuse", children, start) as cst.FuseCstNode;
  }

  private fuseOption(): cst.FuseOptionCstNode {
    const start = this.next;
    const children: Partial<cst.FuseOptionCstChildren> = {};
    children.Name = [this.take(nameKinds)];
    children.Colon = [this.take(colonKinds)];
    children.expression = [this.expression()];
    return this.node("fuseOption", children, start) as cst.FuseOptionCstNode;
  }

  private source(): cst.SourceCstNode {
    const start = this.next;
    const children: Partial<cst.SourceCstChildren> = {};
    children.plainCall = [this.plainCall()];
    if (choice28[this.kind] === 1) {
      children.AsWord = [this.take(asWordKinds)];
      children.as = [this.plainCall()];
    }
    if (choice45[this.kind] === 1) {
      children.AtWord = [this.take(atWordKinds)];
      children.StepWord = [this.take(stepWordKinds)];
      children.primary = [this.primary()];
    }
    return this.node("source", children, start) as cst.SourceCstNode;
  }

  private recipe(): cst.RecipeCstNode {
    const start = this.next;
    const children: Partial<cst.RecipeCstChildren> = {};
    children.RecipeWord = [this.take(recipeWordKinds)];
    children.Name = [this.take(nameKinds)];
    if (choice12[this.kind] === 1) {
      children.params = [this.params()];
    }
    if (choice23[this.kind] === 1) {
      children.stray = [this.stray()];
    }
    children.clauses = [this.clauses()];
    return this.node("recipe", children, start) as cst.RecipeCstNode;
  }

  private train(): cst.TrainCstNode {
    const start = this.next;
    const children: Partial<cst.TrainCstChildren> = {};
    children.TrainWord = [this.take(trainWordKinds)];
    children.Name = [this.take(nameKinds)];
    children.Colon = [this.take(colonKinds)];
    children.call = [this.call()];
    children.OnWord = [this.take(onWordKinds)];
    children.path = [this.path()];
    if (choice23[this.kind] === 1) {
      children.stray = [this.stray()];
    }
    children.clauses = [this.clauses()];
    return this.node("train", children, start) as cst.TrainCstNode;
  }

  private unknownDeclaration(): cst.UnknownDeclarationCstNode {
    const start = this.next;
    const children: Partial<cst.UnknownDeclarationCstChildren> = {};
    switch (choice46[this.kind]) {
      case 0:
        if (choice23[this.kind] !== 1) this.fail();
        do {
          (children.LineToken ??= []).push(this.take(lineTokenKinds));
        } while (choice23[this.kind] === 1);
        break;
      case 1:
        children.strayBraces = [this.strayBraces()];
        break;
      default:
        this.fail();
    }
    if (choice26[this.kind] === 1) {
      (children.strayBraces ??= []).push(this.strayBraces());
    }
    return this.node("unknownDeclaration", children, start) as cst.UnknownDeclarationCstNode;
  }
}
