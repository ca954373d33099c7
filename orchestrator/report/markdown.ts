import { visible } from '../../shared/visible-text.ts';
import type { ChartTable } from '../charts/table.ts';
import type { Block, ReportDocument } from './document.ts';

/** Signs that Markdown takes for more than text anywhere in a line (CommonMark and its tables). */
const special = /[\\`*_[\]|~$#]/g;
/** Signs that are markup, or mean a person or a link, where Markdown is shown as HTML. */
const entities = /[<>&@]|:(?=\/\/)/g;
/** Signs that begin a list, a heading or a line at the beginning of a text. */
const first = /^(?:[-+=]|\d+(?=[.)]))/;

/** A text on one line that means itself, in a table, too. */
const plain = (text: string): string =>
  visible(text.replaceAll(/\s*[\r\n]+\s*/g, ' '))
    .replace(special, (sign) => `\\${sign}`)
    .replace(entities, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(first, (sign) => (/\d/.test(sign) ? sign : `\\${sign}`))
    .replace(/^(\d+)([.)])/, '$1\\$2');

/** The report as Markdown for a ticket or a wiki: charts are their tables. */
export function* markdownOf(report: ReportDocument): Generator<string> {
  const { title, about, verdict, figures, sections, footer } = report;
  yield `# ${plain(title)}\n\n${plain(about)}\n\n**${plain(verdict.word)}**: ${plain(verdict.says)}\n\n`;
  yield figures.map(({ value, label }) => `- **${plain(value)}** ${plain(label)}\n`).join('');
  for (const section of sections) {
    yield `\n## ${plain(section.title)}\n`;
    for (const block of section.blocks) yield `\n${blockText(block, section.title)}`;
  }
  yield `\n${plain(footer)}\n`;
}

/** @param above the title of the section: a table of the same name does not repeat it */
function blockText(block: Block, above: string): string {
  switch (block.kind) {
    case 'text':
      return `${plain(block.text)}\n`;
    case 'facts':
      return block.facts.map(([name, value]) => `- ${plain(name)}: ${plain(value)}\n`).join('');
    case 'commands':
      return `${block.commands.map((command) => `    ${visible(command)}\n`).join('')}`;
    case 'table':
    case 'folded':
    case 'chart':
      return tableText(block.table, above);
  }
}

function tableText({ caption, heads, rows }: ChartTable, above: string): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => plain(typeof cell === 'number' ? cell.toLocaleString('en-US') : cell)).join(' | ')} |\n`;
  const head = caption === above ? '' : `${plain(caption)}\n\n`;
  return `${head}${line(heads)}|${heads.map(() => ' --- |').join('')}\n${rows.map(line).join('')}`;
}
