import { fault, type Result } from '../../../shared/errors.ts';
import { reasonOf } from '../../../shared/reason-of.ts';
import type { Refusal } from '../../refusal.ts';

/** The orchestrator has cut an answer, because the caller may not read on. */
export class AnswerCut extends Error {}

/**
 * The bytes of an answer. Where they break off, the orchestrator is asked whether it still knows
 * the caller. Throws `AnswerCut` where it does not, else what the connection broke with.
 */
export async function* untilCut(
  bytes: AsyncIterable<Uint8Array>,
  askWhoIAm: () => Promise<Result<unknown, Refusal>>,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* bytes;
  } catch (error) {
    const asked = await askWhoIAm();
    if (asked.ok || !/^(?:token|certificate|signIn)\./.test(asked.error.code)) throw error;
    const { code, message } = asked.error;
    // The token was good when the answer began.
    throw new AnswerCut(code === 'token.wrong' ? 'the token was revoked meanwhile' : message);
  }
}

/** The fault of an answer that broke off. @param what what comes of it: `the list is incomplete` */
export const brokenOff = (what: string, error: unknown): Refusal =>
  error instanceof AnswerCut
    ? fault('token.brokenOff', `${what}, because the orchestrator has cut the answer: ${error.message}`)
    : fault(
        'unreachable.brokenOff',
        `${what}, because the connection to the orchestrator broke: ${reasonOf(error)}`,
      );

/** Whether a part of an answer may stand on stdout already. */
export const isBrokenOff = ({ code }: Refusal): boolean => code.endsWith('.brokenOff');
