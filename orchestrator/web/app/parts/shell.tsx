import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import { narrowingWords } from '../../../../shared/domain/campaign/narrowing.ts';
import { endHalt, haltEverything } from '../actions.ts';
import type { Approvals, Campaigns } from '../answers.ts';
import { clockTime } from '../format.ts';
import { isOnPhone, pathOf, screenNames } from '../screen-names.ts';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';
import { Action } from './action.tsx';
import { Icon } from './icon.tsx';
import { Link } from './link.tsx';
import { Logo } from './logo.tsx';
import { Says } from './time.tsx';

/** What is around every screen: the rail at the left, on a phone at the bottom, and the header. */
export function Shell({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const { live } = useApp();
  const isLost = live.connection.value.state === 'lost';
  return (
    <div class="shell">
      <a class="skip" href="#content">
        {texts.skip}
      </a>
      <Rail />
      <div class="column">
        <Header />
        <HaltBanner />
        <StaleBanner />
        <main id="content" tabIndex={-1} class={isLost ? 'stale' : undefined}>
          {children}
        </main>
      </div>
      <Note />
    </div>
  );
}

function Rail(): JSX.Element {
  const { router } = useApp();
  const [first = ''] = router.place.value.parts;
  const approvals = useLive<Approvals>('v1/approvals').value.value?.approvals.length ?? 0;
  return (
    <nav class="rail" aria-label={texts.nav.main}>
      <span class="brand">
        <Logo />
        <b>{texts.product}</b>
      </span>
      {screenNames.map((name) => (
        <Link
          key={name}
          to={pathOf(name)}
          current={first === (pathOf(name)[0] ?? '')}
          class={isOnPhone(name) ? 'to' : 'to not-on-phone'}
        >
          <Icon name={name} />
          <span class="to-name">{texts.nav[name]}</span>
          {name === 'approvals' && approvals > 0 ? <span class="count">{approvals}</span> : null}
        </Link>
      ))}
      <Link to={['more']} current={first === 'more'} class="to only-on-phone">
        <Icon name="more" />
        <span class="to-name">{texts.nav.more}</span>
      </Link>
    </nav>
  );
}

function Header(): JSX.Element {
  const { overlay, prefs } = useApp();
  return (
    <header class="top">
      <button type="button" class="find" onClick={() => void (overlay.value = 'palette')}>
        <Icon name="search" />
        <span>{texts.palette.placeholder}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <span class="space" />
      <LivePill />
      <HaltButton />
      <button
        type="button"
        class="button quiet zone"
        title={texts.zone.label}
        onClick={() => void (prefs.zone.value = prefs.zone.value === 'utc' ? 'mine' : 'utc')}
      >
        <Icon name="clock" />
        <span>{prefs.zone.value === 'utc' ? texts.zone.utc : texts.zone.mine}</span>
      </button>
      <WhoMenu />
    </header>
  );
}

/** Who is signed in. Pressed, it opens a menu, which Esc or a press elsewhere closes. */
function WhoMenu(): JSX.Element | null {
  const { api, session } = useApp();
  const menu = useId();
  const person = session.person.value;
  if (person === null) return null;
  const role = [person.role, narrowingWords(person.narrowing)].filter(Boolean).join(', ');
  return (
    <>
      <button type="button" class="who" popoverTarget={menu} title={`${person.name}, ${role}`}>
        <span>{person.name}</span>
        <span class="dim">{role}</span>
      </button>
      <div id={menu} popover="auto" class="menu">
        <Link to={['settings']} onClick={() => document.getElementById(menu)?.hidePopover()}>
          {texts.nav.settings}
        </Link>
        <button type="button" onClick={() => void session.signOut(api)}>
          {texts.signIn.signOut}
        </button>
      </div>
    </>
  );
}

/** The live state in words, beside the colour. */
function LivePill(): JSX.Element {
  const { live, prefs } = useApp();
  const connection = live.connection.value;
  const frozen = live.frozen.value;
  const now = useSignal(Date.now());
  const ticks = connection.state === 'lost';
  useEffect(() => {
    if (!ticks) return undefined;
    const timer = setInterval(() => void (now.value = Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [ticks, now]);
  const zone = prefs.zone.value;
  const [tone, says] =
    connection.state === 'lost'
      ? [
          'lost',
          texts.live.lost(
            clockTime(connection.since, zone),
            Math.max(0, Math.round((connection.retryAt - now.value) / 1_000)),
          ),
        ]
      : frozen !== null
        ? ['frozen', texts.live.frozen(clockTime(frozen.since, zone), frozen.changes)]
        : [connection.state, texts.live[connection.state]];
  return (
    <button
      type="button"
      class={`pill ${tone}`}
      title={frozen === null ? texts.live.freeze : texts.live.goOn}
      onClick={() => (connection.state === 'lost' ? void live.refresh() : live.freeze(frozen === null))}
    >
      <span class="dot" aria-hidden="true" />
      {says}
    </button>
  );
}

function HaltButton(): JSX.Element | null {
  const app = useApp();
  const all = useLive<Campaigns>('v1/campaigns').value.value;
  if (all === null || all.halted !== null) return null;
  const running = all.campaigns.filter(({ status }) => status === 'running').length;
  return (
    <Action needs="stop" on="all" onClick={() => haltEverything(app, running)} label={texts.actions.halt}>
      <Icon name="stop" />
      <span class="wide">{texts.actions.halt}</span>
    </Action>
  );
}

function HaltBanner(): JSX.Element | null {
  const app = useApp();
  const halted = useLive<Campaigns>('v1/campaigns').value.value?.halted ?? null;
  if (halted === null) return null;
  return (
    <div class="banner bad" role="status">
      <Icon name="stop" />
      <p>
        <b>Everything is halted by {halted.by}</b> <Says text={`since ${halted.at}: ${halted.because}`} />
      </p>
      <Action needs="goOn" on="all" onClick={() => endHalt(app, halted.by)}>
        {texts.actions.unhalt}
      </Action>
    </div>
  );
}

/** When nothing has come for a minute, the whole width says so. */
function StaleBanner(): JSX.Element | null {
  const { live, prefs } = useApp();
  const connection = live.connection.value;
  if (connection.state !== 'lost' || connection.retryAt - connection.since < 60_000) return null;
  return (
    <div class="banner warn" role="status">
      <Icon name="warn" />
      <p>{texts.live.stale(clockTime(connection.since, prefs.zone.value))}</p>
    </div>
  );
}

/** The last result. The place for it is always there, so that a screen reader says what comes. */
function Note(): JSX.Element {
  const { note } = useApp();
  const { value } = note;
  useEffect(() => {
    if (value === null || !value.ok) return undefined;
    const timer = setTimeout(() => void (note.value = null), 8_000);
    return () => clearTimeout(timer);
  }, [value, note]);
  return (
    <div class="notes" role="status" aria-live="polite">
      {value === null ? null : (
        <div class={`note ${value.ok ? 'good' : 'bad'}`}>
          <Icon name={value.ok ? 'check' : 'warn'} />
          <p>
            <Says text={value.says} />
          </p>
          <button
            type="button"
            class="button quiet"
            aria-label={texts.ask.close}
            onClick={() => void (note.value = null)}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}
