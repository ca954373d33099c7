import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { baseUrl } from '../api.ts';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';
import { Icon } from './icon.tsx';
import { Logo } from './logo.tsx';

/** Who are you: the token is exchanged once, and stands nowhere but in the memory of the page. */
export function SignIn({ wasIn }: { readonly wasIn: boolean }): JSX.Element {
  const { api, live, router, session } = useApp();
  const token = useSignal('');
  const refused = useSignal<string | null>(null);
  const busy = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const go = async (): Promise<void> => {
    busy.value = true;
    const problem = await session.signIn(api, token.value.trim());
    busy.value = false;
    refused.value = problem === null ? null : problem.detail;
    if (problem === null) await live.refresh();
  };
  return (
    <main class="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <Logo />
        <h1>{texts.signIn.title}</h1>
        {session.isLinkSpent.value ? <p role="alert">{texts.signIn.spent}</p> : null}
        <p class="dim">{wasIn ? texts.signIn.again : texts.signIn.says}</p>
        <label class="field">
          <span>{texts.signIn.token}</span>
          <input
            ref={field}
            type="password"
            autocomplete="off"
            spellcheck={false}
            value={token.value}
            onInput={(event) => void (token.value = event.currentTarget.value)}
          />
        </label>
        <p class="refused" role="alert">
          {refused.value}
        </p>
        <button type="submit" class="button primary" disabled={busy.value || token.value.trim() === ''}>
          <Icon name="next" /> {texts.signIn.button}
        </button>
        {session.provider.value === null ? null : (
          <a class="button" href={`${baseUrl}auth/sign-in?to=${encodeURIComponent(router.below())}`}>
            {texts.signIn.with(session.provider.value)}
          </a>
        )}
      </form>
    </main>
  );
}
