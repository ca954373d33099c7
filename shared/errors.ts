/**
 * Failures are values. `Result` is what every fallible function returns; exceptions are for bugs
 * only.
 */
export type Result<T, E = Fault> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/**
 * One thing that went wrong, in words that an operator can act on. `code` is stable, `message` is
 * one clear sentence.
 */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly cause?: unknown;
}

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const err = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });

export const fault = (code: string, message: string, cause?: unknown): Fault =>
  cause === undefined ? { code, message } : { code, message, cause };

/** The message of anything that was thrown. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);
