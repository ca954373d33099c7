import type { Reopened, Skipped } from './answers.ts';
import { campaignPath, ended, showProblem } from './actions.ts';
import type { App } from './app.ts';
import type { Filter } from './client-list.ts';
import { texts } from './texts.ts';

/** What a person does with many clients at once. Each is counted before the question is asked. */

/** Clients that are ticked one by one, or all that a filter lets through. */
export type Chosen = { readonly clients: readonly string[] } | { readonly filter: Filter };

const words = texts.bulk;

/** The body of the request: what is only asked for with `true` is no text there. */
function bodyOf(chosen: Chosen): object {
  if ('clients' in chosen) return chosen;
  const { marked, willBlockAgain, ...filter } = chosen.filter;
  return {
    filter: {
      ...filter,
      ...(marked === undefined ? {} : { marked: true }),
      ...(willBlockAgain === undefined ? {} : { willBlockAgain: true }),
    },
  };
}

/** Asks with the numbers that a dry run has counted. */
export async function actOnMany(
  app: App,
  what: 'retry' | 'skip',
  campaign: string,
  chosen: Chosen,
): Promise<void> {
  const path = campaignPath(campaign, `/${what}`);
  const body = bodyOf(chosen);
  const counted = await app.api.post<Partial<Reopened & Skipped>>(path, {
    ...body,
    reason: words.count,
    dryRun: true,
  });
  if (!counted.ok) return showProblem(app, counted.problem);
  const numbers = ({ reopened, skipped, passedOver = 0 }: Partial<Reopened & Skipped>) =>
    [reopened ?? skipped ?? 0, passedOver] as const;
  const [count, left] = numbers(counted.value);
  if (count === 0) return void (app.note.value = { ok: false, says: words[what].none(left) });
  return app.dialogs.ask({
    title: words[what].title(count, campaign),
    lines: [...words[what].will(count), ...(left === 0 ? [] : [words[what].left(left)])],
    reason: 'required',
    button: words[what].button(count),
    isDangerous: what === 'skip',
    run: ({ reason }) =>
      ended<Partial<Reopened & Skipped>>(app, app.api.post(path, { ...body, reason }), (value) =>
        words[what].done(...numbers(value)),
      ),
  });
}
