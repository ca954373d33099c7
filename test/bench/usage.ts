import { readdirSync, readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { Bench } from './bench.ts';

/** CPU time used so far, in milliseconds. NaN where the system does not tell (it needs /proc). */
export interface Usage {
  readonly redis: number;
  readonly worker: number;
  readonly orchestrator: number;
}

export async function usageOf({ redis, worker, orchestrator }: Bench): Promise<Usage> {
  return { redis: await redisCpu(redis), worker: cpuOf(worker.pid), orchestrator: cpuOf(orchestrator.pid) };
}

export const since = (before: Usage, after: Usage): Usage => ({
  redis: after.redis - before.redis,
  worker: after.worker - before.worker,
  orchestrator: after.orchestrator - before.orchestrator,
});

/** Its main thread only: the one that answers. */
export async function redisCpu(redis: Redis): Promise<number> {
  const info = await redis.info('cpu');
  const seconds = (name: string): number => Number(new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1] ?? NaN);
  return (seconds('used_cpu_user_main_thread') + seconds('used_cpu_sys_main_thread')) * 1_000;
}

/** Linux counts in hundredths of a second. */
const msPerTick = 10;

export function cpuOf(pid: number): number {
  try {
    return cpuIn(fieldsOf(`/proc/${pid}/stat`));
  } catch {
    return NaN;
  }
}

/** CPU time of the threads of a process that have little weight, in milliseconds. */
export function lightCpuOf(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  let sum = 0;
  for (const task of readdirSync(tasks)) {
    try {
      const fields = fieldsOf(`${tasks}/${task}/stat`);
      if (Number(fields[16]) > 0) sum += cpuIn(fields);
    } catch {
      // The thread has ended.
    }
  }
  return sum;
}

/** What Linux says of a process or a thread, from its state on; see proc_pid_stat(5). */
function fieldsOf(file: string): readonly string[] {
  const stat = readFileSync(file, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

const cpuIn = (fields: readonly string[]): number => (Number(fields[11]) + Number(fields[12])) * msPerTick;

/** The most that a process has had in memory, in MiB. NaN where the system does not tell. */
export const memoryPeakOf = (pid: number): number => memoryOf(pid, 'VmHWM');

/** What a process has in memory now, in MiB. NaN where the system does not tell. */
export const memoryNowOf = (pid: number): number => memoryOf(pid, 'VmRSS');

function memoryOf(pid: number, line: 'VmHWM' | 'VmRSS'): number {
  try {
    const found = new RegExp(`^${line}:\\s+(\\d+) kB$`, 'm').exec(
      readFileSync(`/proc/${pid}/status`, 'utf8'),
    );
    return Number(found?.[1]) / 1_024;
  } catch {
    return NaN;
  }
}
