/** So many wrong tokens and links of one address are looked at in a minute. */
const atMost = 10;
const windowMs = 60_000;
/** Beyond so many addresses the oldest are forgotten. */
const keptAtMost = 10_000;

/** Counts failed sign-ins by the address of the connection. Real time in milliseconds. */
export class FailedSignIns {
  /** When each address failed, oldest first; the address that failed longest ago first. */
  readonly #failures = new Map<string, readonly number[]>();

  /** Milliseconds until the address may try again; 0 = now. */
  waitMs(address: string, now: number): number {
    const recent = this.#recent(address, now);
    const [oldest = now] = recent;
    return recent.length < atMost ? 0 : oldest + windowMs - now;
  }

  note(address: string, now: number): void {
    const recent = [...this.#recent(address, now), now];
    this.#failures.delete(address);
    this.#failures.set(address, recent);
    const [first] = this.#failures.keys();
    if (this.#failures.size > keptAtMost && first !== undefined) this.#failures.delete(first);
  }

  #recent(address: string, now: number): readonly number[] {
    return (this.#failures.get(address) ?? []).filter((at) => at > now - windowMs);
  }
}
