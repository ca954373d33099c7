import type { JSX } from 'preact';
import { number } from '../../../views/numbers.ts';
import type { Fleet, Releases } from '../answers.ts';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';
import { Action } from './action.tsx';
import { Copy } from './copy.tsx';
import { Icon } from './icon.tsx';

const words = texts.first;

/** Where each step is done: the permission that it needs, and its screen. */
const ways = [
  ['supply', ['fleet', 'import'], {}],
  ['supply', ['releases'], { stage: 'true' }],
  ['run', ['plan'], {}],
] as const;

/** An empty servpack teaches how its first campaign begins, and which steps are done. */
export function FirstSteps(): JSX.Element {
  const { router } = useApp();
  const clients = useLive<Fleet>('v1/fleet?limit=0').value.value?.total ?? 0;
  const releases = useLive<Releases>('v1/releases').value.value?.releases.length ?? 0;
  const done = [clients, releases, 0];
  const next = done.findIndex((count) => count === 0);
  return (
    <section class="first" aria-label={words.title}>
      <h2>{words.title}</h2>
      <p class="dim">{words.says}</p>
      <ol>
        {words.steps.map(([title, says, command, isDone], at) => {
          const [needs, screen, query] = ways[at] ?? ways[0];
          const count = done[at] ?? 0;
          return (
            <li key={title} class={count > 0 ? 'done' : undefined}>
              <div>
                <b>{title}</b>
                <p class="dim">
                  {count > 0 ? (
                    <>
                      <Icon name="check" /> {number(count)} {isDone}
                    </>
                  ) : (
                    says
                  )}
                </p>
              </div>
              <div class="ways">
                <Action
                  needs={needs}
                  tone={at === next ? 'primary' : 'plain'}
                  onClick={() => router.go(router.href(screen, query))}
                >
                  {title}…
                </Action>
                <Copy text={command} />
              </div>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
