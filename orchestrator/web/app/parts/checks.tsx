import type { JSX } from 'preact';
import type { Doctor } from '../answers.ts';
import { Copy } from './copy.tsx';
import { Icon } from './icon.tsx';
import { Says } from './time.tsx';

/** What the doctor found: what it leads to, and the command that helps. */
export const Checks = ({ checks }: { readonly checks: Doctor['checks'] }): JSX.Element => (
  <ul class="checks">
    {checks.map(({ area, state, says, leadsTo, todo }) => (
      <li key={`${area} ${says}`} class={state}>
        <Icon name={state === 'ok' ? 'check' : 'warn'} />
        <span class="hidden">{state}</span>
        <span class="dim area">{area}</span>
        <div>
          <p>
            <Says text={says} />
          </p>
          {leadsTo === null ? null : <p class="dim">{leadsTo}</p>}
          {todo === null ? null : <Copy text={todo} />}
        </div>
      </li>
    ))}
  </ul>
);
