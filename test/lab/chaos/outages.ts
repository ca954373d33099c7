/**
 * When Redis was unavailable, or a process was frozen, in real time. Errors that processes log then
 * are not their fault.
 */
export class Outages {
  readonly #spans: { readonly from: number; to: number }[] = [];

  begin(): () => void {
    const span = { from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.#spans.push(span);
    return () => {
      span.to = Date.now();
    };
  }

  /**
   * Was Redis unavailable at this moment, or shortly before? Calls wait five seconds before they
   * give up, and connections come back late.
   */
  near(at: number, afterMs = 15_000): boolean {
    return this.#spans.some(({ from, to }) => at >= from - 50 && at <= to + afterMs);
  }

  /**
   * May a commit of this moment be lost? With `appendfsync everysec` and a slow disk Redis answers
   * up to two seconds before it has written. Such an answer is lost when Redis is killed then
   * (docs/operations.md says what each setting may lose).
   */
  mayForget(at: number): boolean {
    return this.#spans.some(({ from, to }) => at >= from - 2_000 && at <= to);
  }

  /**
   * Did one outage fill the time between these two moments, but for `slackMs` at each end? A frozen
   * process that was about to send a command sends it when it wakes up.
   */
  fills(from: number, to: number, slackMs: number): boolean {
    return this.#spans.some(
      (span) => Math.abs(span.from - from) <= slackMs && Math.abs(span.to - to) <= slackMs,
    );
  }

  get count(): number {
    return this.#spans.length;
  }
}
