import type { JSX } from 'preact';
import { wholeFile } from '../../../../shared/input/input-fault.ts';
import type { ApiProblem } from '../problem.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';
import { num, Table } from './table.tsx';

const words = texts.source;

/** Why a file was refused: one sentence, and each fault with its line. */
export const Faults = ({
  problem: { detail, faults = [] },
}: {
  readonly problem: Pick<ApiProblem, 'detail' | 'faults'>;
}): JSX.Element => (
  <div role="alert">
    <p class="refused-head">
      <Icon name="warn" /> {detail}
    </p>
    {faults.length === 0 ? null : (
      <Table columns={[num(words.line), words.place, words.wrong, words.expected]} class="faults">
        {faults.map(({ line, column, key, wrong, expected }, at) => (
          <tr key={at} data-row>
            <td class="num">{column === undefined ? line : `${line}:${column}`}</td>
            <td>{key === wholeFile ? words.whole : <code>{key}</code>}</td>
            <td>{wrong}</td>
            <td class="dim">{expected}</td>
          </tr>
        ))}
      </Table>
    )}
  </div>
);
