import { createHash } from 'node:crypto';

/** Light and dark by the reader's setting, one column, and readable on paper. */
export const referenceStyle = `
:root { color-scheme: light dark; --ink: #1d2329; --dim: #59636e; --line: #d5dae0; --back: #fff; --box: #f4f6f8; --get: #0b6e4f; --post: #8a3ffc }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --dim: #9aa5b1; --line: #343b43; --back: #14181c; --box: #1d2329; --get: #4cc38a; --post: #be95ff } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
h1, h2, h3 { line-height: 1.2 } h2 { margin-top: 3rem; border-bottom: 2px solid var(--line) } h3 { margin: 0; font-size: 1.05rem }
nav ul { columns: 16rem; padding-left: 0; list-style: none } nav li { break-inside: avoid }
a { color: inherit } a:focus-visible, summary:focus-visible { outline: 3px solid var(--post); outline-offset: 2px }
section.route { margin: 1.5rem 0; padding: 1rem; border: 1px solid var(--line); border-radius: 6px }
code, pre { font: 0.875rem/1.45 ui-monospace, monospace } pre { margin: 0.25rem 0; padding: 0.75rem; overflow-x: auto; background: var(--box); border-radius: 4px }
.path { overflow-wrap: anywhere } .get { color: var(--get) } .post { color: var(--post) } .dim { color: var(--dim) }
table { width: 100%; border-collapse: collapse } th, td { padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere }
summary { cursor: pointer; color: var(--dim) }
@media print {
  :root { --ink: #000; --dim: #444; --line: #bbb; --back: #fff; --box: #fff; --get: #000; --post: #000 }
  body { max-width: none; padding: 0; font-size: 10pt } section.route { break-inside: avoid-page } pre { white-space: pre-wrap; overflow-wrap: anywhere }
  details::details-content { content-visibility: visible; display: block; height: auto } summary { display: none }
}
`;

/** What a content security policy says to allow this style and no other one. */
export const styleHash = `sha256-${createHash('sha256').update(referenceStyle).digest('base64')}`;
