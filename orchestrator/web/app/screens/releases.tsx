import { finishedIn } from '../../../../shared/domain/outcome/states.ts';
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { number } from '../../../views/numbers.ts';
import type { Campaigns, Releases, ReleaseServers, Status } from '../answers.ts';
import { Action } from '../parts/action.tsx';
import { StatusBadge } from '../parts/campaign-card.tsx';
import { Link } from '../parts/link.tsx';
import { Empty, Loaded, Panel, Screen } from '../parts/screen.tsx';
import { num, Table } from '../parts/table.tsx';
import { Says, Time } from '../parts/time.tsx';
import { stageRelease, withdrawRelease } from '../supply-actions.ts';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';

const words = texts.releases;

type Release = Releases['releases'][number];

/** What was staged: copies, campaigns, files. Which one is open is in the address. */
export function ReleasesScreen(): JSX.Element {
  const { router } = useApp();
  const { query } = router.place.value;
  const live = useLive<Releases>('v1/releases');
  const open = query.get('release');
  return (
    <Screen
      title={words.title}
      actions={
        <Action needs="supply" tone="primary" onClick={() => router.setQuery({ stage: 'true' })}>
          {words.stage}
        </Action>
      }
    >
      <div class="stack">
        {query.get('stage') === 'true' ? <StageForm /> : null}
        <Loaded live={live}>
          {({ releases }) =>
            releases.length === 0 ? (
              <Empty says={words.none} command={texts.first.steps[1][2]} />
            ) : (
              releases.map((each) => (
                <OneRelease key={each.release} release={each} isOpen={each.release === open} />
              ))
            )
          }
        </Loaded>
      </div>
    </Screen>
  );
}

/** Stages a file of the orchestrator's machine, and says for how long that has been running. */
function StageForm(): JSX.Element {
  const app = useApp();
  const path = useSignal('');
  const override = useSignal(false);
  const since = useSignal<number | null>(null);
  const now = useSignal(0);
  const isBusy = since.value !== null;
  useEffect(() => {
    if (!isBusy) return undefined;
    const timer = setInterval(() => void (now.value = Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [isBusy, now]);
  const stage = async (): Promise<void> => {
    since.value = now.value = Date.now();
    const came = await stageRelease(app, path.value.trim(), override.value);
    since.value = null;
    app.note.value = came;
    if (came.ok) app.router.setQuery({ stage: null });
  };
  return (
    <Panel title={words.stageTitle}>
      <p class="dim">{words.stageHint}</p>
      <div class="stage">
        <label class="field">
          <span>{words.path}</span>
          <input
            value={path.value}
            placeholder="/srv/releases/sms-1.2-sp4/release.yaml"
            maxLength={4096}
            spellcheck={false}
            onInput={(event) => void (path.value = event.currentTarget.value)}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={override.value}
            onChange={(event) => void (override.value = event.currentTarget.checked)}
          />
          <span>{words.override}</span>
        </label>
        <Action needs="supply" tone="primary" disabled={isBusy || path.value.trim() === ''} onClick={stage}>
          {words.stageButton}
        </Action>
      </div>
      <p class="dim" role="status">
        {since.value === null ? '' : words.staging(Math.round((now.value - since.value) / 1_000))}
      </p>
    </Panel>
  );
}

interface ReleaseProps {
  readonly release: Release;
  readonly isOpen: boolean;
}

function OneRelease({ release, isOpen }: ReleaseProps): JSX.Element {
  const app = useApp();
  const { release: name, product, files, siteWide, withdrawn } = release;
  const all = useLive<Campaigns>('v1/campaigns').value.value?.campaigns ?? [];
  const campaigns = all.filter((each) => each.release === name);
  return (
    <details
      class="panel fold"
      data-row
      open={isOpen}
      onToggle={({ currentTarget }) => {
        if (currentTarget.open !== isOpen) app.router.setQuery({ release: isOpen ? null : name });
      }}
    >
      <summary>
        <b>{name}</b>
        <span class="dim">
          {product} · {words.files(files.length)} · {siteWide === true ? words.siteWide : words.perClient}
        </span>
        <span class="space" />
        <span class={`badge ${withdrawn === undefined ? 'good' : 'bad'}`}>
          {withdrawn === undefined ? words.staged : words.withdrawn}
        </span>
      </summary>
      {isOpen ? (
        <div class="parts">
          {withdrawn === undefined ? (
            <div class="actions">
              <Action
                needs="change"
                on="all"
                tone="danger"
                onClick={() => withdrawRelease(app, name, campaigns)}
              >
                {words.withdraw}
              </Action>
            </div>
          ) : (
            <p>
              <Says text={words.by(withdrawn.by, withdrawn.because)} />
            </p>
          )}
          <Copies release={name} />
          <WithIt campaigns={campaigns} />
          <Files files={files} />
        </div>
      ) : null}
    </details>
  );
}

/** The copy of each logon server; those on which clients wait come first. */
function Copies({ release }: { readonly release: string }): JSX.Element {
  const live = useLive<ReleaseServers>(`v1/releases/${encodeURIComponent(release)}/servers`);
  return (
    <section aria-label={words.copies}>
      <h2>{words.copies}</h2>
      <Loaded live={live}>
        {({ hasCopies, servers }) =>
          !hasCopies || servers.length === 0 ? (
            <p class="dim">{hasCopies ? words.noServers : words.noCopies}</p>
          ) : (
            <Table
              columns={[
                words.copyColumns[0],
                words.copyColumns[1],
                { name: words.copyColumns[2], is: 'wide-cell' },
                num(words.copyColumns[3]),
                words.copyColumns[4],
              ]}
            >
              {servers
                .toSorted((a, b) => b.waiting - a.waiting)
                .map(({ logonServer, state, filesOk, filesInAll, because, waiting, checkedAt, path }) => (
                  <tr key={logonServer} data-row>
                    <th scope="row" title={path}>
                      {logonServer}
                      <span class="warn-words under">
                        {state === 'verified' ? '' : <Says text={because} />}
                      </span>
                    </th>
                    <td>
                      <span class={`badge ${words.copyStates[state][0]}`}>{words.copyStates[state][1]}</span>
                    </td>
                    <td class="wide-cell">
                      {words.of(filesOk, filesInAll)}
                      <span class="bar copy-bar" aria-hidden="true">
                        <span class={`part ${words.copyStates[state][0]}`} style={{ flexGrow: filesOk }} />
                        <span class="part rest" style={{ flexGrow: filesInAll - filesOk }} />
                      </span>
                    </td>
                    <td class="num">{number(waiting)}</td>
                    <td>{checkedAt === null ? texts.empty : <Time at={checkedAt} />}</td>
                  </tr>
                ))}
            </Table>
          )
        }
      </Loaded>
    </section>
  );
}

const WithIt = ({ campaigns }: { readonly campaigns: readonly Status[] }): JSX.Element => (
  <section aria-label={words.campaigns}>
    <h2>{words.campaigns}</h2>
    {campaigns.length === 0 ? (
      <p class="dim">{words.noCampaigns}</p>
    ) : (
      <ul class="rows">
        {campaigns.map(({ campaign, status, states, size }) => (
          <li key={campaign}>
            <Link to={['campaigns', campaign]}>{campaign}</Link>
            <StatusBadge status={status} />
            <span class="end dim">{texts.campaign.finished(finishedIn(states), size)}</span>
          </li>
        ))}
      </ul>
    )}
  </section>
);

const Files = ({ files }: Pick<Release, 'files'>): JSX.Element => (
  <details>
    <summary>
      {words.files(files.length)}, {words.bytes(files.reduce((sum, { size }) => sum + size, 0))}
    </summary>
    <Table columns={[words.fileColumns[0], num(words.fileColumns[1]), words.fileColumns[2]]}>
      {files.map(({ name, size, sha256 }) => (
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
);
