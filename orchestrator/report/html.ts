import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { element, escaped, type Markup } from '../charts/svg.ts';
import { tableMarkup } from '../charts/table.ts';
import type { Block, Figure, ReportDocument, Section, Tone } from './document.ts';

/** Read when the first report is made: the styles stand beside the code. */
const styleIn = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');

const signs: Readonly<Record<Tone, string>> = { good: '✓', mixed: '!', bad: '✕', open: '…' };

/** The file loads nothing and runs no script, so it is the same on every machine. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** One HTML file that needs no script and no other file, section by section. */
export function* htmlOf(report: ReportDocument): Generator<string> {
  const { title, about, verdict, figures, sections, footer } = report;
  yield [
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="content-security-policy" content="${escaped(policy)}">`,
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(`${title}: ${verdict.word}`)}</title>`,
    `<style>${styleIn('../charts/charts.css')}${styleIn('report.css')}</style></head><body>\n`,
    '<header>',
    element('p', { class: 'eyebrow' }, escaped('Campaign report')),
    element('h1', {}, escaped(title)),
    element('p', { class: 'about' }, escaped(about)),
    '</header>\n<main>',
    element(
      'section',
      { class: `verdict ${verdict.tone}`, 'aria-label': 'Verdict' },
      element('span', { class: 'sign', 'aria-hidden': 'true' }, signs[verdict.tone]),
      element('div', {}, element('h2', {}, escaped(verdict.word)), element('p', {}, escaped(verdict.says))),
    ),
    element('ul', { class: 'figures' }, ...figures.map(figureMarkup)),
    '\n',
  ].join('');
  for (const section of sections) yield sectionMarkup(section);
  yield `</main>\n${element('footer', {}, element('p', {}, escaped(footer)))}\n</body></html>\n`;
}

const figureMarkup = ({ value, label, tone }: Figure): Markup =>
  element('li', { class: tone }, element('b', {}, escaped(value)), ' ', element('span', {}, escaped(label)));

function sectionMarkup({ title, blocks }: Section): string {
  const id = title.toLowerCase().replaceAll(/[^a-z]+/g, '-');
  const head = element('h2', { id: `${id}-head` }, escaped(title));
  return `${element('section', { 'aria-labelledby': `${id}-head` }, head, ...blocks.map(blockMarkup))}\n`;
}

function blockMarkup(block: Block): Markup {
  switch (block.kind) {
    case 'text':
      return element('p', { class: 'text' }, escaped(block.text));
    case 'facts':
      return element(
        'dl',
        {},
        ...block.facts.map(([name, value]) =>
          element('div', {}, element('dt', {}, escaped(name)), element('dd', {}, escaped(value))),
        ),
      );
    case 'table':
      return scrolling(block.table.caption, tableMarkup(block.table));
    case 'commands':
      return element('pre', { tabindex: '0' }, escapedLines(block.commands));
    case 'folded':
      return element(
        'details',
        { class: 'list' },
        element('summary', {}, escaped(block.summary)),
        scrolling(block.table.caption, tableMarkup(block.table)),
      );
    case 'chart':
      return element(
        'figure',
        {},
        element(
          'div',
          { class: 'wide', role: 'group', tabindex: '0', 'aria-label': `${block.table.caption}, drawn` },
          block.svg,
        ),
        element(
          'details',
          {},
          element('summary', {}, escaped('The same as a table')),
          scrolling(block.table.caption, tableMarkup(block.table)),
        ),
      );
  }
}

/** A wide table moves in a box of its own, which the keyboard reaches and which is no landmark. */
const scrolling = (name: string, table: Markup): Markup =>
  element('div', { class: 'wide', role: 'group', tabindex: '0', 'aria-label': name }, table);

const escapedLines = (lines: readonly string[]): Markup => lines.map(escaped).join('\n');
