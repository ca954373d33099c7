import type { JSX } from 'preact';
import { number } from '../../../views/numbers.ts';
import { importSummary } from '../../../views/questions/fleet.ts';
import type { FleetImport } from '../answers.ts';
import type { Draft } from '../drafts.ts';
import { checkImport, importFleet, type ImportOptions } from '../fleet-actions.ts';
import { Action } from '../parts/action.tsx';
import { Copy } from '../parts/copy.tsx';
import { Faults } from '../parts/faults.tsx';
import { Icon } from '../parts/icon.tsx';
import { Link } from '../parts/link.tsx';
import { Panel, Screen } from '../parts/screen.tsx';
import { Source } from '../parts/source.tsx';
import { Figure } from '../parts/standing.tsx';
import { Table } from '../parts/table.tsx';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';
import { type Checked, useChecked } from '../use-checked.ts';

const words = texts.import;

/** A fleet file: its faults by line, or what it changes; then the import. */
export function FleetImportScreen(): JSX.Element {
  const app = useApp();
  const { router, drafts } = app;
  const { query } = router.place.value;
  const options: ImportOptions = {
    prune: query.get('prune') === 'true',
    gone: query.get('prune') === 'true' && query.get('gone') === 'true',
  };
  const draft = drafts.fleet.value;
  const checked = useChecked<FleetImport>(draft, options.prune, options.gone);
  const check = (): Promise<void> => checked.ask(() => checkImport(app, draft, options));
  return (
    <Screen
      title={words.title}
      lead={
        <p class="lead">
          <Link to={['fleet']}>{words.back}</Link>
          <span>{words.hint}</span>
        </p>
      }
    >
      <div class="columns work">
        <Panel title={words.file}>
          <Source
            draft={drafts.fleet}
            label={words.text}
            accept=".csv,.tsv,.txt,.yaml,.yml,.json,.ini"
            placeholder={words.placeholder}
          />
          <div class="options">
            <Option name="prune" says={words.prune} isOn={options.prune} />
            {options.prune ? <Option name="gone" says={words.gone} isOn={options.gone} /> : null}
          </div>
          <div class="buttons">
            <Action
              needs="supply"
              tone="primary"
              disabled={draft.text === '' || checked.isBusy}
              onClick={check}
            >
              {checked.isBusy ? words.checking : words.check}
            </Action>
          </div>
        </Panel>
        <Panel title={words.change}>
          <Outcome draft={draft} options={options} checked={checked} />
        </Panel>
      </div>
    </Screen>
  );
}

/** A choice that is in the address. */
function Option({
  name,
  says,
  isOn,
}: {
  readonly name: string;
  readonly says: string;
  readonly isOn: boolean;
}): JSX.Element {
  const { router } = useApp();
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => router.setQuery({ [name]: event.currentTarget.checked ? 'true' : null })}
      />
      <span>{says}</span>
    </label>
  );
}

interface OutcomeProps {
  readonly draft: Draft;
  readonly options: ImportOptions;
  readonly checked: Checked<FleetImport>;
}

function Outcome({ draft, options, checked: { answer, isStale, ask } }: OutcomeProps): JSX.Element {
  const { file, faults } = draft;
  if (faults.length > 0) return <Faults problem={{ detail: texts.source.noText(file), faults }} />;
  if (answer === null || isStale) return <p class="dim">{answer === null ? words.waits : words.stale}</p>;
  if (!answer.ok) return <Faults problem={answer.problem} />;
  return (
    <Difference
      answer={answer.value}
      draft={draft}
      options={options}
      onDone={(value) => void ask(async () => ({ ok: true, value }))}
    />
  );
}

interface DifferenceProps {
  readonly answer: FleetImport;
  readonly draft: Draft;
  readonly options: ImportOptions;
  readonly onDone: (imported: FleetImport) => void;
}

/** What the file changes, in numbers and by client; after the import, what it has changed. */
function Difference({ answer, draft, options, onDone }: DifferenceProps): JSX.Element {
  const app = useApp();
  const { dryRun, added, changed, removed, notInFile, form, delimiter, leftOut } = answer;
  const encoding = draft.encoding ?? 'UTF-8';
  const isUsual = form === 'CSV' && encoding === 'UTF-8' && delimiter === ',';
  const isSame = added + changed + removed === 0;
  return (
    <div class="stack">
      <div class="figures four">
        {words.counts.map((count) => (
          <Figure key={count} label={count} value={number(answer[count])} />
        ))}
        <Figure
          label={options.prune ? words.leaves : words.stays}
          value={number(options.prune ? removed : notInFile)}
          tone={removed > 0 ? 'bad' : undefined}
        />
      </div>
      {isUsual && leftOut.length === 0 ? null : (
        <p class="dim">
          {isUsual ? '' : words.read(form, encoding, delimiter)}{' '}
          {leftOut.length === 0 ? '' : words.leftOut(leftOut.join(', '))}
        </p>
      )}
      {dryRun ? (
        <>
          <Changes answer={answer} />
          <p class={isSame ? undefined : 'dim'}>
            {isSame ? words.same : `${words.before} ${words.would(answer.total)}`}
          </p>
          <div class="buttons">
            <Action
              needs="supply"
              tone={removed > 0 ? 'danger' : 'primary'}
              disabled={isSame}
              onClick={() => importFleet(app, draft, { options, checked: answer }, onDone)}
            >
              {words.apply}
            </Action>
          </div>
          {draft.encoding === null ? null : <Command file={draft.file} options={options} />}
        </>
      ) : (
        <p class="calm">
          <Icon name="check" />
          <span>
            {importSummary(answer).at(-1)?.[1]}. <Link to={['fleet']}>{words.back}</Link>
          </span>
        </p>
      )}
    </div>
  );
}

const Command = ({
  file,
  options,
}: {
  readonly file: string;
  readonly options: ImportOptions;
}): JSX.Element => (
  <p class="dim">
    {words.command}{' '}
    <Copy
      text={`servpack fleet import ${file.includes(' ') ? `"${file}"` : file}${options.prune ? ' --prune' : ''}${options.gone ? ' --gone' : ''}`}
    />
  </p>
);

function Changes({ answer }: { readonly answer: FleetImport }): JSX.Element | null {
  const { clients, leaving, added, changed, removed } = answer;
  const more = added + changed + removed - clients.length - leaving.length;
  if (clients.length + leaving.length === 0) return null;
  return (
    <div class="tall">
      <Table columns={words.columns}>
        {leaving.map((client) => (
          <tr key={client} data-row>
            <th scope="row">{client}</th>
            <td>
              <span class="badge bad">− {words.isGone}</span>
            </td>
          </tr>
        ))}
        {clients.map(({ client, changes }) => (
          <tr key={client} data-row>
            <th scope="row">{client}</th>
            <td>
              {changes.length === 0 ? <span class="badge good">+ {words.isNew}</span> : null}
              {changes.map(({ field, from, to }) => (
                <div key={field}>
                  <span class="dim">{field}</span> <del>{from || words.none}</del> →{' '}
                  <ins>{to || words.none}</ins>
                </div>
              ))}
            </td>
          </tr>
        ))}
      </Table>
      {more > 0 ? <p class="dim">{words.more(more)}</p> : null}
    </div>
  );
}
