// The script of the page: puts pictures in, moves and sizes both together, and says which node was clicked.

import type { FromPage, ToPage } from "../plain/graph-messages.js";

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void; getState(): unknown; setState(state: unknown): void };

const forms = ["trained", "folded"] as const;
type Form = (typeof forms)[number] | "both";

/** Where the pictures stand in their panes. */
interface View {
  readonly form: Form;
  readonly scale: number;
  readonly x: number;
  readonly y: number;
  /** Has the user moved or sized them? Else they fit. */
  readonly isOwn: boolean;
}

const editor = acquireVsCodeApi();
const MOST = 4;
const LEAST = 0.05;
const MARGIN = 8;
/** Pixels that a pointer may move in a click. */
const STILL = 4;

let view: View = restored(editor.getState());
let drawn = { width: 0, height: 0 };
let marked: ReadonlySet<string> = new Set();

function element<E extends Element>(selector: string, kind: new () => E): E {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page lacks ${selector}`);
  return found;
}

const main = element("main", HTMLElement);
const models = element("#models", HTMLSelectElement);
const problem = element("#problem", HTMLElement);
const panes = forms.map((form) => element(`#${form}`, HTMLElement));
const canvases = forms.map((form) => element(`#${form} .canvas`, HTMLElement));

function restored(state: unknown): View {
  const fresh: View = { form: "both", scale: 1, x: 0, y: 0, isOwn: false };
  return typeof state === "object" && state !== null ? { ...fresh, ...state } : fresh;
}

function change(next: Partial<View>): void {
  view = { ...view, ...next };
  editor.setState(view);
  main.dataset["form"] = view.form;
  for (const button of document.querySelectorAll("button[data-form]")) if (button instanceof HTMLElement) button.ariaPressed = String(button.dataset["form"] === view.form);
  for (const canvas of canvases) canvas.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
}

/** The pane that is seen, for its size. */
function pane(): HTMLElement {
  return panes.find((each) => each.clientWidth > 0) ?? main;
}

/** As large as the width allows, but no larger than drawn. */
function fit(): void {
  const { clientWidth } = pane();
  const scale = Math.min(1, Math.max(LEAST, (clientWidth - 2 * MARGIN) / Math.max(1, drawn.width)));
  change({ scale, x: Math.max(MARGIN, (clientWidth - drawn.width * scale) / 2), y: MARGIN, isOwn: false });
}

/** Sizes by a factor; what is at the point stays there. */
function zoom(factor: number, x = pane().clientWidth / 2, y = pane().clientHeight / 2): void {
  const scale = Math.min(MOST, Math.max(LEAST, view.scale * factor));
  const ratio = scale / view.scale;
  change({ scale, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio, isOwn: true });
}

function show(message: Extract<ToPage, { kind: "show" }>): void {
  problem.textContent = message.problem ?? "";
  problem.hidden = message.problem === null;
  // What was drawn before stays, since it will be wanted again in a moment.
  main.classList.toggle("stale", message.drawings === null);
  list(message);
  if (message.drawings === null) return;
  const placed = new Set(message.placed);
  let [width, height] = [0, 0];
  for (const [index, form] of forms.entries()) {
    const picture = new DOMParser().parseFromString(message.drawings[form], "image/svg+xml").documentElement;
    width = Math.max(width, Number(picture.getAttribute("width")));
    height = Math.max(height, Number(picture.getAttribute("height")));
    for (const node of picture.querySelectorAll("g[id]")) if (placed.has(bare(node.id))) makeButton(node);
    canvases[index]?.replaceChildren(document.importNode(picture, true));
  }
  drawn = { width, height };
  mark([...marked]);
  if (view.isOwn) change({});
  else fit();
}

/** The id of a node without the picture's own part. */
function bare(id: string): string {
  return id.replace(/^(trained|folded)-/, "");
}

function makeButton(node: Element): void {
  node.classList.add("placed");
  node.setAttribute("tabindex", "0");
  node.setAttribute("role", "button");
}

function list({ models: choices, chosen }: Extract<ToPage, { kind: "show" }>): void {
  // While one is typed, it stays the one that is chosen.
  if (chosen === null && models.length > 0) return;
  models.hidden = choices.length === 0;
  models.replaceChildren(
    ...choices.map(({ name, title, runs }, index) => new Option(runs.length === 0 ? title : `${title}  (${runs.join(", ")})`, name, false, index === chosen)),
  );
  if (chosen === null) models.selectedIndex = -1;
}

function mark(ids: readonly string[]): void {
  marked = new Set(ids);
  for (const node of document.querySelectorAll("svg g.placed")) node.classList.toggle("marked", marked.has(bare(node.id)));
}

function openNode(target: EventTarget | null): void {
  const node = target instanceof Element ? target.closest("g.placed") : null;
  if (node !== null) editor.postMessage({ kind: "open", id: bare(node.id) });
}

window.addEventListener("message", (event: MessageEvent<ToPage>) => {
  if (event.data.kind === "show") show(event.data);
  else mark(event.data.ids);
});
window.addEventListener("resize", () => (view.isOwn ? undefined : fit()));
models.addEventListener("change", () => {
  change({ isOwn: false });
  editor.postMessage({ kind: "choose", name: models.value });
});

document.querySelector("header")?.addEventListener("click", ({ target }) => {
  if (!(target instanceof HTMLButtonElement)) return;
  const { form, zoom: size } = target.dataset;
  if (form === "both" || form === "trained" || form === "folded") {
    change({ form });
    if (!view.isOwn) fit();
  } else if (size === "fit") fit();
  else zoom(size === "in" ? 1.25 : 0.8);
});

document.addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLSelectElement || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "+" || event.key === "=") zoom(1.25);
  else if (event.key === "-") zoom(0.8);
  else if (event.key === "0") fit();
  else if (event.key === "Enter" || event.key === " ") openNode(event.target);
});

for (const each of panes) {
  each.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const { left, top } = each.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY / 300), event.clientX - left, event.clientY - top);
      else change({ x: view.x - (event.shiftKey ? event.deltaY : event.deltaX), y: view.y - (event.shiftKey ? 0 : event.deltaY), isOwn: true });
    },
    { passive: false },
  );
  each.addEventListener("pointerdown", (down) => {
    if (down.button !== 0) return;
    const start = view;
    let isStill = true;
    const move = (event: PointerEvent): void => {
      const [dx, dy] = [event.clientX - down.clientX, event.clientY - down.clientY];
      if (isStill && Math.hypot(dx, dy) < STILL) return;
      isStill = false;
      each.classList.add("moving");
      change({ x: start.x + dx, y: start.y + dy, isOwn: true });
    };
    const stop = (event: Event): void => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", stop);
      window.removeEventListener("pointercancel", stop);
      each.classList.remove("moving");
      if (isStill && event.type === "pointerup") openNode(down.target);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", stop);
    window.addEventListener("pointercancel", stop);
  });
}

change({});
editor.postMessage({ kind: "ready" });
