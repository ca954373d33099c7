import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Doctor } from '../answers.ts';
import { baseUrl } from '../api.ts';
import { Checks } from '../parts/checks.tsx';
import { Loaded, Panel, Screen } from '../parts/screen.tsx';
import { texts } from '../texts.ts';
import { MessagePanel } from './messages.tsx';
import { AccessPanels } from './tokens.tsx';
import { seldomMs, useApp, useLive } from '../use.ts';

const words = texts.settings;

/** How the page looks in this browser, and whether servpack is well. */
export function SettingsScreen(): JSX.Element {
  const { prefs } = useApp();
  const doctor = useLive<Doctor>('v1/doctor', seldomMs);
  return (
    <Screen title={words.title}>
      <div class="columns">
        <Panel title={words.page} class="span">
          <div class="choices">
            <Choice of={texts.theme} options={['system', 'light', 'dark']} chosen={prefs.theme} />
            <Choice of={texts.zone} options={['mine', 'utc']} chosen={prefs.zone} />
          </div>
          <p class="panel-end">
            <a href={new URL('v1/reference', baseUrl).href}>{words.reference}</a>
          </p>
        </Panel>
        <AccessPanels />
        <MessagePanel />
        <Panel title={words.checks} class="span">
          <Loaded live={doctor}>{({ checks }) => <Checks checks={checks} />}</Loaded>
        </Panel>
      </div>
    </Screen>
  );
}

interface ChoiceProps<Option extends string> {
  readonly of: Readonly<Record<Option | 'label', string>>;
  readonly options: readonly Option[];
  readonly chosen: Signal<Option>;
}

/** One of a few settings of the page, kept in this browser. */
const Choice = <Option extends string>({ of, options, chosen }: ChoiceProps<Option>): JSX.Element => (
  <label class="field">
    <span>{of.label}</span>
    <select
      class="choice"
      value={chosen.value}
      onChange={(event) => void (chosen.value = event.currentTarget.value as Option)}
    >
      {options.map((each) => (
        <option key={each} value={each}>
          {of[each]}
        </option>
      ))}
    </select>
  </label>
);
