import type { JSX } from 'preact';
import { type ChartTable, tableMarkup } from '../../../charts/table.ts';
import type { Block } from '../../../report/document.ts';
import { texts } from '../texts.ts';
import { Facts } from './facts.tsx';

/** The blocks of a section of a report. The charts and tables escape every text themselves. */
export const Blocks = ({ blocks }: { readonly blocks: readonly Block[] }): JSX.Element => (
  <>
    {blocks.map((block, at) => (
      <OneBlock key={`${block.kind} ${at}`} block={block} />
    ))}
  </>
);

function OneBlock({ block }: { readonly block: Block }): JSX.Element {
  switch (block.kind) {
    case 'text':
      return <p class="dim">{block.text}</p>;
    case 'facts':
      return <Facts of={block.facts} />;
    case 'table':
      return <Drawn of={block.table} />;
    case 'commands':
      return (
        <pre class="evidence commands">
          <code>{block.commands.join('\n')}</code>
        </pre>
      );
    case 'folded':
      return (
        <details class="as-table">
          <summary>{block.summary}</summary>
          <Drawn of={block.table} />
        </details>
      );
    case 'chart':
      return (
        <>
          <Scroll name={`${block.table.caption}, ${texts.campaign.drawn}`} markup={block.svg} />
          <details class="as-table">
            <summary>{texts.campaign.table}</summary>
            <Drawn of={block.table} />
          </details>
        </>
      );
  }
}

/** The table of a chart, with its caption. */
export const Drawn = ({ of }: { readonly of: ChartTable }): JSX.Element => (
  <Scroll name={of.caption} markup={tableMarkup(of)} />
);

/** What is wider than the window moves in a box of its own, which the keyboard reaches. */
const Scroll = ({ name, markup }: { readonly name: string; readonly markup: string }): JSX.Element => (
  <div
    class="table-scroll"
    role="group"
    // It scrolls, so the keys must reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    tabIndex={0}
    aria-label={name}
    dangerouslySetInnerHTML={{ __html: markup }}
  />
);
