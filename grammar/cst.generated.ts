// The concrete syntax tree, made by generate-cst.ts from the productions; do not change by hand.

import type { CstNode, IToken } from "chevrotain";

export interface PathCstNode extends CstNode {
  name: "path";
  children: PathCstChildren;
}

export type PathCstChildren = {
  Name: (IToken)[];
  Dot?: IToken[];
};

export interface TypeCstNode extends CstNode {
  name: "type";
  children: TypeCstChildren;
}

export type TypeCstChildren = {
  Name: IToken[];
  OpenBracket?: IToken[];
  size?: SizeCstNode[];
  Comma?: IToken[];
  CloseBracket?: IToken[];
  Bar?: IToken[];
  alternative?: IToken[];
  BelowWord?: IToken[];
  operation?: OperationCstNode[];
};

export interface SizeCstNode extends CstNode {
  name: "size";
  children: SizeCstChildren;
}

export type SizeCstChildren = {
  Range?: IToken[];
  expression: ExpressionCstNode[];
};

export interface ExpressionCstNode extends CstNode {
  name: "expression";
  children: ExpressionCstChildren;
}

export type ExpressionCstChildren = {
  conditional?: ConditionalCstNode[];
  operand?: (OperandCstNode)[];
  Operator?: IToken[];
  pipeStep?: PipeStepCstNode[];
};

export interface ConditionalCstNode extends CstNode {
  name: "conditional";
  children: ConditionalCstChildren;
}

export type ConditionalCstChildren = {
  IfWord: IToken[];
  condition: ExpressionCstNode[];
  ThenWord: IToken[];
  then: ExpressionCstNode[];
  ElseWord: IToken[];
  else: ExpressionCstNode[];
};

export interface PipeStepCstNode extends CstNode {
  name: "pipeStep";
  children: PipeStepCstChildren;
}

export type PipeStepCstChildren = {
  Pipe: IToken[];
  call: CallCstNode[];
  strayOperation?: StrayOperationCstNode[];
};

export interface StrayOperationCstNode extends CstNode {
  name: "strayOperation";
  children: StrayOperationCstChildren;
}

export type StrayOperationCstChildren = {
  Operator: IToken[];
  operand: OperandCstNode[];
};

export interface OperationCstNode extends CstNode {
  name: "operation";
  children: OperationCstChildren;
}

export type OperationCstChildren = {
  operand: (OperandCstNode)[];
  Operator?: IToken[];
};

export interface OperandCstNode extends CstNode {
  name: "operand";
  children: OperandCstChildren;
}

export type OperandCstChildren = {
  Minus?: IToken[];
  NotWord?: IToken[];
  Name?: (IToken)[];
  Dot?: IToken[];
  args?: ArgsCstNode[];
  Number?: IToken[];
  Unit?: IToken[];
  String?: IToken[];
  TrueWord?: IToken[];
  FalseWord?: IToken[];
  list?: ListCstNode[];
  group?: GroupCstNode[];
  annotation?: AnnotationCstNode[];
};

export interface CallCstNode extends CstNode {
  name: "call";
  children: CallCstChildren;
}

export type CallCstChildren = {
  plainCall: PlainCallCstNode[];
  annotation?: AnnotationCstNode[];
};

export interface PlainCallCstNode extends CstNode {
  name: "plainCall";
  children: PlainCallCstChildren;
}

export type PlainCallCstChildren = {
  Name: (IToken)[];
  Dot?: IToken[];
  args?: ArgsCstNode[];
};

export interface AnnotationCstNode extends CstNode {
  name: "annotation";
  children: AnnotationCstChildren;
}

export type AnnotationCstChildren = {
  FrozenWord?: IToken[];
  OverparamWord?: IToken[];
  Number?: IToken[];
  Name?: IToken[];
  args?: ArgsCstNode[];
};

export interface PrimaryCstNode extends CstNode {
  name: "primary";
  children: PrimaryCstChildren;
}

export type PrimaryCstChildren = {
  Name?: (IToken)[];
  Dot?: IToken[];
  args?: ArgsCstNode[];
  Number?: IToken[];
  Unit?: IToken[];
  String?: IToken[];
  TrueWord?: IToken[];
  FalseWord?: IToken[];
  list?: ListCstNode[];
  group?: GroupCstNode[];
};

export interface ListCstNode extends CstNode {
  name: "list";
  children: ListCstChildren;
}

export type ListCstChildren = {
  OpenBracket: IToken[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
  CloseBracket: IToken[];
};

export interface GroupCstNode extends CstNode {
  name: "group";
  children: GroupCstChildren;
}

export type GroupCstChildren = {
  OpenParen: IToken[];
  expression: ExpressionCstNode[];
  CloseParen: IToken[];
};

export interface ArgsCstNode extends CstNode {
  name: "args";
  children: ArgsCstChildren;
}

export type ArgsCstChildren = {
  OpenParen: IToken[];
  arg?: ArgCstNode[];
  Comma?: IToken[];
  CloseParen: IToken[];
};

export interface ArgCstNode extends CstNode {
  name: "arg";
  children: ArgCstChildren;
}

export type ArgCstChildren = {
  Name?: IToken[];
  Colon?: IToken[];
  strayAssign?: IToken[];
  expression: ExpressionCstNode[];
};

export interface ParamsCstNode extends CstNode {
  name: "params";
  children: ParamsCstChildren;
}

export type ParamsCstChildren = {
  OpenParen: IToken[];
  param?: ParamCstNode[];
  Comma?: IToken[];
  CloseParen: IToken[];
};

export interface ParamCstNode extends CstNode {
  name: "param";
  children: ParamCstChildren;
}

export type ParamCstChildren = {
  Name: IToken[];
  Colon: IToken[];
  type: TypeCstNode[];
  Assign?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface StrayCstNode extends CstNode {
  name: "stray";
  children: StrayCstChildren;
}

export type StrayCstChildren = {
  LineToken: IToken[];
};

export interface FieldCstNode extends CstNode {
  name: "field";
  children: FieldCstChildren;
}

export type FieldCstChildren = {
  Name: IToken[];
  Colon: IToken[];
  type: TypeCstNode[];
  FromWord?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface BodyCstNode extends CstNode {
  name: "body";
  children: BodyCstChildren;
}

export type BodyCstChildren = {
  OpenBrace: IToken[];
  statement?: StatementCstNode[];
  End?: IToken[];
  CloseBrace: IToken[];
};

export interface StatementCstNode extends CstNode {
  name: "statement";
  children: StatementCstChildren;
}

export type StatementCstChildren = {
  inputs?: InputsCstNode[];
  output?: OutputCstNode[];
  layer?: LayerCstNode[];
  repeat?: RepeatCstNode[];
  if?: IfCstNode[];
  return?: ReturnCstNode[];
  assert?: AssertCstNode[];
  bind?: BindCstNode[];
  unknownLine?: UnknownLineCstNode[];
  strayBraces?: StrayBracesCstNode[];
};

export interface InputsCstNode extends CstNode {
  name: "inputs";
  children: InputsCstChildren;
}

export type InputsCstChildren = {
  InputWord: IToken[];
  field: FieldCstNode[];
  Comma?: IToken[];
};

export interface OutputCstNode extends CstNode {
  name: "output";
  children: OutputCstChildren;
}

export type OutputCstChildren = {
  OutputWord: IToken[];
  Name: IToken[];
  Colon?: IToken[];
  type?: TypeCstNode[];
  Assign: IToken[];
  expression: ExpressionCstNode[];
};

export interface LayerCstNode extends CstNode {
  name: "layer";
  children: LayerCstChildren;
}

export type LayerCstChildren = {
  LayerWord: IToken[];
  Name: IToken[];
  Assign: IToken[];
  expression: ExpressionCstNode[];
};

export interface RepeatCstNode extends CstNode {
  name: "repeat";
  children: RepeatCstChildren;
}

export type RepeatCstChildren = {
  RepeatWord: IToken[];
  expression: ExpressionCstNode[];
  AsWord?: IToken[];
  Name?: IToken[];
  stray?: StrayCstNode[];
  body: BodyCstNode[];
};

export interface IfCstNode extends CstNode {
  name: "if";
  children: IfCstChildren;
}

export type IfCstChildren = {
  IfWord: IToken[];
  expression: ExpressionCstNode[];
  stray?: StrayCstNode[];
  body: BodyCstNode[];
  ElseWord?: IToken[];
  if?: IfCstNode[];
  else?: BodyCstNode[];
};

export interface ReturnCstNode extends CstNode {
  name: "return";
  children: ReturnCstChildren;
}

export type ReturnCstChildren = {
  ReturnWord: IToken[];
  expression: ExpressionCstNode[];
  Comma?: IToken[];
};

export interface AssertCstNode extends CstNode {
  name: "assert";
  children: AssertCstChildren;
}

export type AssertCstChildren = {
  AssertWord: IToken[];
  expression: ExpressionCstNode[];
  Comma?: IToken[];
  String?: IToken[];
};

export interface BindCstNode extends CstNode {
  name: "bind";
  children: BindCstChildren;
}

export type BindCstChildren = {
  Name: IToken[];
  Comma?: IToken[];
  Assign: IToken[];
  expression: ExpressionCstNode[];
};

export interface UnknownLineCstNode extends CstNode {
  name: "unknownLine";
  children: UnknownLineCstChildren;
}

export type UnknownLineCstChildren = {
  LineToken: IToken[];
};

export interface StrayBracesCstNode extends CstNode {
  name: "strayBraces";
  children: StrayBracesCstChildren;
}

export type StrayBracesCstChildren = {
  OpenBrace: IToken[];
  LineToken?: IToken[];
  End?: IToken[];
  strayBraces?: StrayBracesCstNode[];
  CloseBrace: IToken[];
};

export interface ClausesCstNode extends CstNode {
  name: "clauses";
  children: ClausesCstChildren;
}

export type ClausesCstChildren = {
  OpenBrace: IToken[];
  clause?: ClauseCstNode[];
  End?: IToken[];
  CloseBrace: IToken[];
};

export interface ClauseCstNode extends CstNode {
  name: "clause";
  children: ClauseCstChildren;
}

export type ClauseCstChildren = {
  fields?: FieldsCstNode[];
  assert?: AssertCstNode[];
  wordClause?: WordClauseCstNode[];
  unknownLine?: UnknownLineCstNode[];
  strayBraces?: StrayBracesCstNode[];
};

export interface FieldsCstNode extends CstNode {
  name: "fields";
  children: FieldsCstChildren;
}

export type FieldsCstChildren = {
  FieldsWord: IToken[];
  field: FieldCstNode[];
  Comma?: IToken[];
};

export interface WordClauseCstNode extends CstNode {
  name: "wordClause";
  children: WordClauseCstChildren;
}

export type WordClauseCstChildren = {
  Name: IToken[];
  strayAssign?: (IToken)[];
  item?: ItemCstNode[];
  Comma?: IToken[];
};

export interface ItemCstNode extends CstNode {
  name: "item";
  children: ItemCstChildren;
}

export type ItemCstChildren = {
  Name?: IToken[];
  Colon?: IToken[];
  part: PartCstNode[];
};

export interface PartCstNode extends CstNode {
  name: "part";
  children: PartCstChildren;
}

export type PartCstChildren = {
  LinkingWord?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface ProgramCstNode extends CstNode {
  name: "program";
  children: ProgramCstChildren;
}

export type ProgramCstChildren = {
  declaration?: DeclarationCstNode[];
  DeclarationEnd?: IToken[];
};

export interface DeclarationCstNode extends CstNode {
  name: "declaration";
  children: DeclarationCstChildren;
}

export type DeclarationCstChildren = {
  import?: ImportCstNode[];
  let?: LetCstNode[];
  data?: DataCstNode[];
  block?: BlockCstNode[];
  model?: ModelCstNode[];
  recipe?: RecipeCstNode[];
  train?: TrainCstNode[];
  unknownDeclaration?: UnknownDeclarationCstNode[];
};

export interface ImportCstNode extends CstNode {
  name: "import";
  children: ImportCstChildren;
}

export type ImportCstChildren = {
  ImportWord: IToken[];
  OpenBrace: IToken[];
  importedName: ImportedNameCstNode[];
  Comma?: IToken[];
  CloseBrace: IToken[];
  FromWord: IToken[];
  String: IToken[];
};

export interface ImportedNameCstNode extends CstNode {
  name: "importedName";
  children: ImportedNameCstChildren;
}

export type ImportedNameCstChildren = {
  Name: IToken[];
  AsWord?: IToken[];
  alias?: IToken[];
};

export interface LetCstNode extends CstNode {
  name: "let";
  children: LetCstChildren;
}

export type LetCstChildren = {
  LetWord: IToken[];
  Name: IToken[];
  Colon?: IToken[];
  type?: TypeCstNode[];
  Assign: IToken[];
  expression: ExpressionCstNode[];
};

export interface DataCstNode extends CstNode {
  name: "data";
  children: DataCstChildren;
}

export type DataCstChildren = {
  DataWord: IToken[];
  Name: IToken[];
  Assign: IToken[];
  plainCall: PlainCallCstNode[];
  stray?: StrayCstNode[];
  clauses?: ClausesCstNode[];
};

export interface BlockCstNode extends CstNode {
  name: "block";
  children: BlockCstChildren;
}

export type BlockCstChildren = {
  BlockWord: IToken[];
  Name: IToken[];
  params: ParamsCstNode[];
  Arrow?: IToken[];
  type?: TypeCstNode[];
  Comma?: IToken[];
  stray?: StrayCstNode[];
  body: BodyCstNode[];
};

export interface ModelCstNode extends CstNode {
  name: "model";
  children: ModelCstChildren;
}

export type ModelCstChildren = {
  ModelWord: IToken[];
  Name: IToken[];
  instance?: InstanceCstNode[];
  fuse?: FuseCstNode[];
  modelBody?: ModelBodyCstNode[];
};

export interface InstanceCstNode extends CstNode {
  name: "instance";
  children: InstanceCstChildren;
}

export type InstanceCstChildren = {
  Assign: IToken[];
  call: CallCstNode[];
  fuse?: FuseCstNode[];
};

export interface ModelBodyCstNode extends CstNode {
  name: "modelBody";
  children: ModelBodyCstChildren;
}

export type ModelBodyCstChildren = {
  params?: ParamsCstNode[];
  annotation?: AnnotationCstNode[];
  stray?: StrayCstNode[];
  body: BodyCstNode[];
};

export interface FuseCstNode extends CstNode {
  name: "fuse";
  children: FuseCstChildren;
}

export type FuseCstChildren = {
  FuseWord: IToken[];
  FromWord: IToken[];
  source: SourceCstNode[];
  Comma?: (IToken)[];
  OpenBrace?: IToken[];
  fuseOption?: FuseOptionCstNode[];
  CloseBrace?: IToken[];
};

export interface FuseOptionCstNode extends CstNode {
  name: "fuseOption";
  children: FuseOptionCstChildren;
}

export type FuseOptionCstChildren = {
  Name: IToken[];
  Colon: IToken[];
  expression: ExpressionCstNode[];
};

export interface SourceCstNode extends CstNode {
  name: "source";
  children: SourceCstChildren;
}

export type SourceCstChildren = {
  plainCall: PlainCallCstNode[];
  AsWord?: IToken[];
  as?: PlainCallCstNode[];
  AtWord?: IToken[];
  StepWord?: IToken[];
  primary?: PrimaryCstNode[];
};

export interface RecipeCstNode extends CstNode {
  name: "recipe";
  children: RecipeCstChildren;
}

export type RecipeCstChildren = {
  RecipeWord: IToken[];
  Name: IToken[];
  params?: ParamsCstNode[];
  stray?: StrayCstNode[];
  clauses: ClausesCstNode[];
};

export interface TrainCstNode extends CstNode {
  name: "train";
  children: TrainCstChildren;
}

export type TrainCstChildren = {
  TrainWord: IToken[];
  Name: IToken[];
  Colon: IToken[];
  call: CallCstNode[];
  OnWord: IToken[];
  path: PathCstNode[];
  stray?: StrayCstNode[];
  clauses: ClausesCstNode[];
};

export interface UnknownDeclarationCstNode extends CstNode {
  name: "unknownDeclaration";
  children: UnknownDeclarationCstChildren;
}

export type UnknownDeclarationCstChildren = {
  LineToken?: IToken[];
  strayBraces?: (StrayBracesCstNode)[];
};
