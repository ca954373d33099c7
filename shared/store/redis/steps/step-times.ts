import { fitSteps } from '../../../domain/rules/fit.ts';
import { type StepTimeStore, stepTimesAtMost } from '../../step-time-store.ts';
import { type Shard, valuesOf } from '../core/shard.ts';

/** Shard 0 holds the durations of all steps. */
export const stepTimeStoreOf = ({ redis, keys }: Shard): StepTimeStore => ({
  noteStepTime: async (product, step, ms) => {
    const key = keys.of('stepTimes', product, step);
    valuesOf(
      await redis
        .multi()
        .lpush(key, Math.round(ms))
        .ltrim(key, 0, stepTimesAtMost - 1)
        .exec(),
    );
  },
  stepTimes: async (product) => {
    const pipeline = redis.pipeline();
    for (const step of fitSteps) pipeline.lrange(keys.of('stepTimes', product, step), 0, -1);
    const lists = valuesOf(await pipeline.exec()) as string[][];
    return Object.fromEntries(
      fitSteps.flatMap((step, at) => {
        const found = lists[at] ?? [];
        return found.length === 0 ? [] : [[step, found.map(Number)] as const];
      }),
    );
  },
});
