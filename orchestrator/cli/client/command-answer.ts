import { z } from 'zod';
import { ok, type Result } from '../../../shared/errors.ts';
import { askedAnswer, isAsked } from '../../http/schemas/approvals.ts';
import type { Refusal } from '../../refusal.ts';
import { exitCodes } from '../exit-codes.ts';
import { askedLines } from '../render/approvals.ts';
import type { View } from '../render/view.ts';
import { type ApiClient, placeLine } from './api-client.ts';
import { type CommandOutput, outputOf } from './session.ts';

type Asked = z.output<typeof askedAnswer>;

/** Sends a command that may have to wait for the approval of another person. */
export const postCommand = <Schema extends z.ZodType>(
  api: ApiClient,
  schema: Schema,
  path: string,
  body: unknown,
): Promise<Result<Asked | z.output<Schema>, Refusal>> =>
  api.post(z.union([askedAnswer, schema]), path, body) as Promise<Result<Asked | z.output<Schema>, Refusal>>;

/** What is asked, of whom and until when. The exit code says that nothing was done. */
export const askedOutput = (api: ApiClient, value: Asked): CommandOutput => ({
  value,
  lines: (view, shown = value) => [...placeLine(api), ...askedLines(view, shown as Asked)],
  exitCode: exitCodes.asked.code,
});

/** Sends a command, and prints what it did or what is asked first. */
export async function commandOutput<Schema extends z.ZodType>(
  api: ApiClient,
  schema: Schema,
  path: string,
  body: unknown,
  lines: (view: View, value: z.output<Schema>) => readonly string[],
): Promise<Result<CommandOutput, Refusal>> {
  const answer = await postCommand(api, schema, path, body);
  if (!answer.ok) return answer;
  const { value } = answer;
  return isAsked(value) ? ok(askedOutput(api, value)) : outputOf(ok(value as z.output<Schema>), lines);
}
