import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { countIn, groupNames } from '../../../../shared/domain/outcome/states.ts';
import { waitWords } from '../../../../shared/domain/rules/wait-words.ts';
import { number } from '../../../views/numbers.ts';
import { stateWord } from '../../../views/state-words.ts';
import type { Status } from '../answers.ts';
import { type Filter, filterNames } from '../client-list.ts';
import { stateLooks } from '../states.ts';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';
import { Icon } from './icon.tsx';

const words = texts.clients;

const { filters: names, filterValues } = words;

/** A value in words. What is only asked for with `true` needs none. */
function shownValue(name: (typeof filterNames)[number], value: string): string {
  switch (name) {
    case 'state':
      return stateWord(value);
    case 'waitsFor':
      return Object.entries(waitWords).find(([kind]) => kind === value)?.[1] ?? value;
    case 'blocks':
    case 'relocation':
      return filterValues[value] ?? value;
    case 'willBlockAgain':
    case 'marked':
      return '';
    default:
      return value;
  }
}

/** The filters as chips: each says what it does, and one press takes it away. */
export function FilterBar({
  status,
  filter,
}: {
  readonly status: Status;
  readonly filter: Filter;
}): JSX.Element {
  const { router } = useApp();
  const set = (name: string, value: string | null): void =>
    router.setQuery({ [name]: value, after: null }, 'push');
  return (
    <div class="filters">
      {filterNames.map((name) => {
        const value = filter[name];
        return value === undefined ? null : (
          <Chip
            key={name}
            label={names[name]}
            value={shownValue(name, value)}
            onRemove={() => (name === 'blocker' ? router.setQuery(noBlocker, 'push') : set(name, null))}
          />
        );
      })}
      {filter.state === undefined ? (
        <Choice label={names.state} values={statesOf(status)} onChoose={(value) => set('state', value)} />
      ) : null}
      {filter.wave === undefined ? (
        <Choice
          label={names.wave}
          values={status.waves.map(({ wave }) => [wave, wave])}
          onChoose={(value) => set('wave', value)}
        />
      ) : null}
      {filter.server === undefined && status.logonServers.length <= 200 ? (
        <Choice
          label={names.server}
          values={status.logonServers.map(({ logonServer }) => [logonServer, logonServer])}
          onChoose={(value) => set('server', value)}
        />
      ) : null}
      {(['prefix', 'cause'] as const).map((name) =>
        filter[name] === undefined ? (
          <TextFilter key={name} label={names[name]} onEnter={(value) => set(name, value)} />
        ) : null,
      )}
    </div>
  );
}

interface ChipProps {
  readonly label: string;
  readonly value: string;
  readonly onRemove: () => void;
}

/** A filter that is set. */
export const Chip = ({ label, value, onRemove }: ChipProps): JSX.Element => (
  <button type="button" class="chip" aria-label={words.remove(`${label} ${value}`)} onClick={onRemove}>
    <span class="dim">{label}</span> {value} <Icon name="close" />
  </button>
);

const noBlocker = { blocker: null, blocks: null, after: null };

/** The groups of states, then each state, that have clients, with their number. */
const statesOf = ({ states }: Status): readonly (readonly [string, string])[] =>
  [...groupNames, ...stateLooks.map(({ bucket }) => bucket)]
    .map((name) => [name, countIn(states, name)] as const)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => [name, `${stateWord(name)} (${number(count)})`]);

/** A text to filter by, which Enter sets. */
export function TextFilter({
  label,
  onEnter,
}: {
  readonly label: string;
  readonly onEnter: (value: string) => void;
}): JSX.Element {
  const typed = useSignal('');
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.value.trim() !== '') onEnter(typed.value.trim());
      }}
    >
      <input
        data-filter
        aria-label={label}
        placeholder={`${label} …`}
        maxLength={63}
        spellcheck={false}
        value={typed.value}
        onInput={(event) => void (typed.value = event.currentTarget.value)}
      />
    </form>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly values: readonly (readonly [value: string, shown: string])[];
  readonly onChoose: (value: string) => void;
}

/** One of a few values to filter by. */
export const Choice = ({ label, values, onChoose }: ChoiceProps): JSX.Element => (
  <select
    class="choice"
    aria-label={label}
    value=""
    onChange={(event) => {
      const { value } = event.currentTarget;
      event.currentTarget.value = '';
      if (value !== '') onChoose(value);
    }}
  >
    <option value="">{label} …</option>
    {values.map(([value, shown]) => (
      <option key={value} value={value}>
        {shown}
      </option>
    ))}
  </select>
);
