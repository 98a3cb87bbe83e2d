/** Colours follow `color-scheme` of the page. Text and ground are at least 4.5:1, edges of controls 3:1. */
export const styles = `
:host {
  --_ink: var(--likeness-ink, light-dark(#211d17, #f2ede3));
  --_soft: var(--likeness-soft, light-dark(#635c50, #aca393));
  --_ground: var(--likeness-ground, light-dark(#fffdf9, #1f1d1a));
  --_sunk: var(--likeness-sunk, light-dark(#efeae0, #121110));
  --_edge: var(--likeness-edge, light-dark(#8d8472, #847b6b));
  --_accent: var(--likeness-accent, light-dark(#0b6b57, #78d5b9));
  --_on-accent: var(--likeness-on-accent, light-dark(#fff, #06261d));
  --_danger: var(--likeness-danger, light-dark(#a8281c, #ffa392));
  --_radius: var(--likeness-radius, .75rem);
  display: inline-block;
  vertical-align: middle;
  line-height: 0;
}
:host([hidden]) { display: none }
* { box-sizing: border-box }
[hidden] { display: none !important }
.frame { position: relative; display: inline-block }
.frame img {
  display: block;
  border-radius: var(--likeness-avatar-radius, 50%);
  background: var(--_sunk);
  object-fit: cover;
}
.frame img.absent { color: transparent; outline: 1px solid var(--_edge); outline-offset: -1px }
.edit {
  position: absolute;
  inset: 0;
  display: grid;
  place-items: end;
  padding: 0;
  border: 0;
  border-radius: var(--likeness-avatar-radius, 50%);
  background: none;
  cursor: pointer;
}
.edit svg { inline-size: 24px; block-size: 24px; padding: 4px; border-radius: 50%; background: var(--_accent); color: var(--_on-accent) }
svg { inline-size: 24px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
dialog {
  inline-size: min(26rem, 100vw - 1rem);
  max-block-size: calc(100dvh - 1rem);
  padding: 1.25rem;
  border: 0;
  border-radius: calc(var(--_radius) * 1.5);
  background: var(--_ground);
  color: var(--_ink);
  font: 1rem/1.5 var(--likeness-font, system-ui, sans-serif);
  text-align: start;
  overflow: auto;
  scroll-padding-block-end: 6rem;
}
dialog::backdrop { background: rgb(0 0 0 / .5) }
header, .row { display: flex; align-items: center; gap: .5rem }
header { justify-content: space-between; margin-block-end: 1rem }
h2 { margin: 0; font-size: 1.25rem; line-height: 1.3 }
h2:focus { outline: none }
p { margin: 0 }
.body { display: grid; gap: .75rem; overflow-wrap: anywhere }
.actions { flex-wrap: wrap; position: sticky; inset-block-end: -1.25rem; margin-block: .5rem -1.25rem; padding-block: .5rem 1.25rem; background: var(--_ground) }
.soft { color: var(--_soft); font-size: .875rem }
.fault { color: var(--_danger) }
.notice { display: grid; gap: .5rem; justify-items: start }
.target {
  display: grid;
  gap: .75rem;
  justify-items: center;
  padding: 1.5rem 1rem;
  border: 2px dashed var(--_edge);
  border-radius: var(--_radius);
  text-align: center;
}
.target .row { flex-wrap: wrap; justify-content: center }
.row:has(> input) > input { flex: 1; min-inline-size: 0 }
.row:has(> .icon):not(:has(> input)) { justify-content: space-between }
button.primary, button.secondary, button.icon {
  min-block-size: 44px;
  min-inline-size: 44px;
  padding: .5rem 1rem;
  border: 1px solid var(--_edge);
  border-radius: var(--_radius);
  background: none;
  color: inherit;
  font: inherit;
  cursor: pointer;
}
button.icon { display: grid; place-items: center; padding: 0; border-color: transparent }
button.primary { border-color: var(--_accent); background: var(--_accent); color: var(--_on-accent) }
button:disabled { opacity: .6; cursor: default }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px }
input[type=text] {
  inline-size: 100%;
  min-block-size: 44px;
  padding: .5rem .75rem;
  border: 1px solid var(--_edge);
  border-radius: var(--_radius);
  background: var(--_sunk);
  color: inherit;
  font: inherit;
}
input[type=range] { min-block-size: 44px; margin: 0; accent-color: var(--_accent) }
progress { inline-size: 100%; block-size: .75rem; accent-color: var(--_accent) }
.stage {
  display: block;
  inline-size: min(100%, 20rem);
  aspect-ratio: 1;
  margin-inline: auto;
  border-radius: var(--likeness-avatar-radius, 50%);
  background: var(--_sunk);
  object-fit: cover;
}
canvas.stage { cursor: grab; touch-action: none }
.mirrored { transform: scaleX(-1) }
`
