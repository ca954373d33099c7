import { readFileSync } from 'node:fs';
import type { Player } from './player.ts';
import { type Fault, general } from './verdict/line.ts';

/** Resident memory that no process of servpack may exceed, whatever clients send. */
const limitMb = 700;
const everyMs = 500;

/** Watches the memory of orchestrators and workers while the campaign runs. */
export class MemoryWatch {
  readonly #players: readonly Player[];
  readonly #timer: NodeJS.Timeout;
  readonly #mostMb = new Map<string, number>();

  constructor(players: readonly Player[]) {
    this.#players = players.filter(({ role }) => role !== 'redis');
    this.#timer = setInterval(() => this.#look(), everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  get mostMb(): number {
    return Math.max(0, ...this.#mostMb.values());
  }

  get faults(): readonly Fault[] {
    return general(
      [...this.#mostMb]
        .filter(([, mb]) => mb > limitMb)
        .map(([name, mb]) => `${name} had ${mb} MB, at most ${limitMb} MB are right`),
    );
  }

  #look(): void {
    for (const { name, pid } of this.#players) {
      const mb = residentMb(pid);
      if (mb > (this.#mostMb.get(name) ?? 0)) this.#mostMb.set(name, mb);
    }
  }
}

/** 0 where the process does not run. */
function residentMb(pid: number): number {
  try {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Math.round(Number(found?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}
