// The page that shows a model as a picture, as text. It loads nothing: its style and script stand in it and carry the number that the policy names.

/** The page; `nonce` is drawn anew for each, `script` is that of src/page. */
export function graphHtml(nonce: string, script: string): string {
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Model</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<header>
  <select id="models" aria-label="Model" hidden></select>
  <span class="forms" role="group" aria-label="What is shown">
    <button type="button" data-form="both" aria-pressed="true">Both</button>
    <button type="button" data-form="trained" aria-pressed="false">Trained</button>
    <button type="button" data-form="folded" aria-pressed="false">Folded</button>
  </span>
  <span class="zoom" role="group" aria-label="Size">
    <button type="button" data-zoom="out" title="Smaller (-)" aria-label="Smaller">&#8722;</button>
    <button type="button" data-zoom="fit" title="Fit (0)">Fit</button>
    <button type="button" data-zoom="in" title="Larger (+)" aria-label="Larger">+</button>
  </span>
</header>
<p id="problem" role="status" hidden></p>
<main data-form="both">
  <section class="pane" id="trained" aria-label="Trained"><div class="canvas"></div></section>
  <section class="pane" id="folded" aria-label="Folded"><div class="canvas"></div></section>
</main>
<script nonce="${nonce}">${script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--")}</script>
</body>
</html>
`;
}

// Colors are the editor's, with others where there is none; classes within pictures are those of the compiler's drawing.
const style = `
:root {
  --ground: var(--vscode-editor-background, #ffffff);
  --ink: var(--vscode-editor-foreground, #1f2328);
  --soft: var(--vscode-descriptionForeground, #57606a);
  --edge: var(--vscode-panel-border, #d0d7de);
  --plain: color-mix(in srgb, var(--ink) 45%, var(--ground));
  --weights: var(--vscode-charts-blue, #0969da);
  --copies: var(--vscode-charts-purple, #8250df);
  --end: var(--vscode-charts-green, #1a7f37);
  --focus: var(--vscode-focusBorder, #0969da);
}
* { box-sizing: border-box }
html, body { height: 100% }
body { margin: 0; padding: 0; display: flex; flex-direction: column; background: var(--ground); color: var(--ink); font: 13px var(--vscode-font-family, system-ui, sans-serif); overflow: hidden }
[hidden] { display: none !important }
header { display: flex; gap: 6px 12px; align-items: center; padding: 6px 10px; border-bottom: 1px solid var(--edge) }
header > :nth-last-child(2) { margin-left: auto }
@media (max-width: 420px) { header { flex-wrap: wrap } }
select { flex: 0 1 auto; min-width: 4em; padding: 3px 6px; font: inherit; color: var(--vscode-dropdown-foreground, var(--ink)); background: var(--vscode-dropdown-background, var(--ground)); border: 1px solid var(--vscode-dropdown-border, var(--edge)); border-radius: 3px }
.forms, .zoom { flex: none; display: inline-flex }
button { padding: 3px 9px; font: inherit; color: var(--ink); background: transparent; border: 1px solid var(--edge); margin-left: -1px; cursor: pointer }
button:first-child { border-radius: 3px 0 0 3px; margin-left: 0 }
button:last-child { border-radius: 0 3px 3px 0 }
button:hover { background: var(--vscode-toolbar-hoverBackground, color-mix(in srgb, var(--ink) 8%, transparent)) }
button[aria-pressed=true] { color: var(--vscode-button-foreground, #ffffff); background: var(--vscode-button-background, #0969da); border-color: var(--vscode-button-background, #0969da) }
:focus-visible { outline: 1px solid var(--focus); outline-offset: -1px }
#problem { margin: 0; padding: 6px 10px; color: var(--vscode-inputValidation-warningForeground, var(--ink)); background: var(--vscode-inputValidation-warningBackground, color-mix(in srgb, #bf8700 15%, var(--ground))); border-bottom: 1px solid var(--edge) }
main { flex: 1; min-height: 0; display: flex }
.pane { flex: 1; min-width: 0; position: relative; overflow: hidden; cursor: grab; touch-action: none }
main[data-form=both] .pane + .pane { border-left: 1px solid var(--edge) }
.pane.moving { cursor: grabbing }
main[data-form=trained] #folded, main[data-form=folded] #trained { display: none }
.canvas { position: absolute; left: 0; top: 0; transform-origin: 0 0; user-select: none }
.stale .canvas { opacity: 0.45 }
svg { display: block; overflow: visible }
svg text { font: 12px var(--vscode-editor-font-family, ui-monospace), "DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: 12px; fill: var(--ink) }
svg .name, svg .title { font-weight: 600 }
svg .detail, svg .group text { fill: var(--soft) }
svg .box { fill: color-mix(in srgb, var(--ink) 4%, var(--ground)); stroke: var(--plain) }
svg .weights .box { fill: color-mix(in srgb, var(--weights) 14%, var(--ground)); stroke: var(--weights) }
svg .copies .box { fill: color-mix(in srgb, var(--copies) 14%, var(--ground)); stroke: var(--copies) }
svg .end .box { fill: color-mix(in srgb, var(--end) 14%, var(--ground)); stroke: var(--end) }
svg .group .frame { fill: color-mix(in srgb, var(--ink) 5%, transparent); stroke: color-mix(in srgb, var(--ink) 22%, transparent) }
svg .line { fill: none; stroke: var(--soft); stroke-width: 1.2 }
svg .again { stroke-dasharray: 4 3 }
svg .head { fill: var(--soft) }
svg .placed { cursor: pointer }
svg .placed:hover .box, svg .placed:focus-visible .box { stroke-width: 2 }
svg .placed:focus-visible { outline: none }
svg .marked .box { stroke: var(--focus); stroke-width: 2.5 }
`;
