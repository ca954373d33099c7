import type { JSX } from 'preact';
import { number } from '../../../views/numbers.ts';
import type { Releases } from '../answers.ts';
import { Empty, Loaded, Screen } from '../parts/screen.tsx';
import { num, Table } from '../parts/table.tsx';
import { texts } from '../texts.ts';
import { seldomMs, useLive } from '../use.ts';

const words = texts.releases;

/** What was staged, with its files and their hashes. */
export function ReleasesScreen(): JSX.Element {
  const live = useLive<Releases>('v1/releases', seldomMs);
  return (
    <Screen title={words.title}>
      <Loaded live={live}>
        {({ releases }) =>
          releases.length === 0 ? (
            <Empty says={words.none} hint={texts.first.steps[1][2]} />
          ) : (
            <div class="stack">
              {releases.map((each) => (
                <details key={each.release} class="panel fold" data-row>
                  <summary>
                    <b>{each.release}</b>
                    <span class="dim">
                      {each.product} · {number(each.files.length)} {words.columns[2].toLowerCase()} ·{' '}
                      {each.siteWide === true ? words.siteWide : words.perClient}
                    </span>
                    <span class="space" />
                    <span class={`badge ${each.withdrawn === undefined ? 'good' : 'bad'}`}>
                      {each.withdrawn === undefined ? words.staged : words.withdrawn}
                    </span>
                  </summary>
                  {each.withdrawn === undefined ? null : (
                    <p>
                      {each.withdrawn.by}: {each.withdrawn.because}
                    </p>
                  )}
                  <Table columns={['File', num('Bytes'), 'SHA-256']}>
                    {each.files.map(({ name, size, sha256 }) => (
                      <tr key={name}>
                        <th scope="row">{name}</th>
                        <td class="num">{number(size)}</td>
                        <td>
                          <code class="hash" title={sha256}>
                            {sha256.slice(0, 16)}…
                          </code>
                        </td>
                      </tr>
                    ))}
                  </Table>
                </details>
              ))}
            </div>
          )
        }
      </Loaded>
    </Screen>
  );
}
