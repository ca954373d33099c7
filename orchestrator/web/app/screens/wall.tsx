import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { number } from '../../../views/numbers.ts';
import { statusWord } from '../../../views/campaign-words.ts';
import { finishedIn, notOk } from '../../../../shared/domain/outcome/states.ts';
import type { Approvals, Campaigns, Status } from '../answers.ts';
import { attentionOf } from '../attention.ts';
import { clockTime, dayAndTime, localText, percent } from '../format.ts';
import { waveNow } from '../parts/campaign-card.tsx';
import { Link } from '../parts/link.tsx';
import { StateBar } from '../parts/state-bar.tsx';
import { stateLooks } from '../states.ts';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';

const words = texts.wall;

/** Time for which each campaign is shown. */
const turnMs = 12_000;

/** For a screen on a wall: one campaign at a time, read from five metres, and nothing to press. */
export function Wall(): JSX.Element {
  const { live, prefs, router } = useApp();
  const all = useLive<Campaigns>('v1/campaigns').value.value;
  const approvals = useLive<Approvals>('v1/approvals').value.value?.approvals ?? [];
  const now = useNow();
  const on = (all?.campaigns ?? []).filter(({ status }) => status === 'running' || status === 'paused');
  const pinned = router.place.value.query.get('campaign');
  const turn = Math.floor(now / turnMs) % Math.max(1, on.length);
  const shown = on.find(({ campaign }) => campaign === pinned) ?? on[turn];
  const halted = all?.halted ?? null;
  const items = attentionOf(all?.campaigns ?? [], approvals, []);
  const needs = all === null ? null : items.length + (halted === null ? 0 : 1);
  const connection = live.connection.value;
  const zone = prefs.zone.value;
  const lost = connection.state === 'lost' ? connection.since : null;
  const alarm =
    lost === null
      ? items
          .filter(({ key }) => key.startsWith('missing'))
          .map(({ title }) => title)
          .join(', ')
      : words.stale(clockTime(lost, zone));
  useEffect(() => void (document.title = `${words.title} · ${texts.product}`), []);
  return (
    <main id="content" class={`wall ${lost === null ? '' : 'stale'}`} tabIndex={-1}>
      <header>
        <Link to={[]} class="wall-home">
          {texts.product}
        </Link>
        {halted === null ? null : <b class="wall-halt">{words.halted(halted.by)}</b>}
        <span class="space" />
        {on.length < 2 ? null : (
          <span class="wall-turn" role="img" aria-label={words.turn(turn + 1, on.length)}>
            {on.map(({ campaign }) => (
              <i key={campaign} class={campaign === shown?.campaign ? 'on' : undefined} />
            ))}
          </span>
        )}
        <time>{clockTime(now, zone).slice(0, 5)}</time>
      </header>
      {alarm === '' ? null : (
        <p class={`wall-stale ${lost === null ? 'wall-missing' : ''}`} role="status">
          {alarm}
        </p>
      )}
      {shown === undefined ? (
        <section class="wall-calm">
          <h1>{all === null ? texts.loading : words.nothing}</h1>
        </section>
      ) : (
        <OneCampaign status={shown} />
      )}
      {needs === null ? null : (
        <footer class={needs === 0 ? '' : 'needs'}>{needs === 0 ? words.calm : words.needs(needs)}</footer>
      )}
    </main>
  );
}

function OneCampaign({ status }: { readonly status: Status }): JSX.Element {
  const { prefs } = useApp();
  const { campaign, size, states, paused, forecast, release } = status;
  const wave = waveNow(status);
  const ends = forecast?.ends ?? null;
  const zone = prefs.zone.value;
  const bad = notOk(states);
  const finished = finishedIn(states);
  return (
    <section class="wall-one" aria-label={campaign}>
      <div>
        <h1>{campaign}</h1>
        <p class="dim">
          <b class={`wall-status ${status.status}`}>{statusWord[status.status]}</b> {release}
        </p>
      </div>
      <StateBar states={states} size={size} label={campaign} />
      <p class="dim wall-states">
        {stateLooks
          .filter(({ bucket }) => states[bucket] > 0)
          .map(({ bucket, word, sign }) => `${sign} ${number(states[bucket])} ${word}`)
          .join('   ')}
      </p>
      <dl>
        <div>
          <dt>{words.finished}</dt>
          <dd>{percent(finished, size)}</dd>
          <dd class="dim">{words.of(number(finished), number(size))}</dd>
        </div>
        <div>
          <dt>{words.notOk}</dt>
          <dd class={bad > 0 ? 'bad' : undefined}>{number(bad)}</dd>
          <dd class="dim">{finished === 0 ? texts.empty : percent(bad, finished)}</dd>
        </div>
        <div>
          <dt>{words.ends}</dt>
          <dd class="wall-when">
            {ends === null ? texts.empty : dayAndTime(Date.parse(ends.p50 ?? ends.p90), zone)}
          </dd>
          <dd class="dim">
            {ends === null
              ? words.notKnown
              : `${texts.campaign.p90} ${dayAndTime(Date.parse(ends.p90), zone)}`}
          </dd>
        </div>
      </dl>
      <p class={`wall-next ${paused === null ? '' : 'paused'}`}>
        {paused === null
          ? wave === undefined
            ? ''
            : `${wave.wave} · ${localText(wave.gate, zone)}`
          : words.paused(paused.by, localText(paused.because, zone))}
      </p>
    </section>
  );
}

/** The time, once a second. */
function useNow(): number {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => void (now.value = Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [now]);
  return now.value;
}
