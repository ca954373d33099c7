import {
  deliveriesKept,
  type DeliveryEntry,
  type NoticeLine,
  noticesKept,
  type NoticeStore,
  type StoredNotice,
} from '../../notice-store.ts';
import { campaignEntriesAfter, newestId } from '../audit/audit.ts';
import { list, scriptFile } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';

const commitScript = scriptFile(import.meta.url, 'commit-notices.lua');
const endScript = scriptFile(import.meta.url, 'end-delivery.lua');
const redeliverScript = scriptFile(import.meta.url, 'redeliver.lua');

/** Shard 0 holds all messages: its audit has the changes of campaigns, releases and the halt. */
export const noticeStoreOf = (shard: Shard): NoticeStore => {
  const { redis, keys, run } = shard;
  return {
    noticesBegin: () => newestId(shard),
    campaignEntries: (after, limit) => campaignEntriesAfter(shard, after, limit),
    readNoticeMemory: async () => {
      const { version = '0', memory = '' } = await redis.hgetall(keys.of('notices'));
      return { version: Number(version), text: memory };
    },
    commitNotices: async (version, memory, notices, leader) => {
      const all = notices.flatMap(({ id, text, to }) => [id, text, to.join(',')]);
      return (await run(commitScript, leader ?? '', version, memory, noticesKept, ...list(all))) === 1;
    },
    noticeLines: async () => {
      const heads = Object.entries(await redis.hgetall(keys.of('noticeHeads')));
      return Promise.all(
        heads.map(async ([destination, head]): Promise<NoticeLine> => ({
          ...(JSON.parse(head) as Omit<NoticeLine, 'destination' | 'waiting'>),
          destination,
          waiting: await redis.llen(keys.of('noticeLine', destination)),
        })),
      );
    },
    readNotice: async (id) => {
      const found = await redis.hget(keys.of('noticeTexts'), id);
      return found === null ? null : noticeIn(id, found);
    },
    endDelivery: async (entry, again) => {
      const { destination, notice } = entry;
      const next = again === null ? '' : JSON.stringify({ notice, ...again });
      const texts = [JSON.stringify(entry), next, deliveriesKept];
      return (await run(endScript, destination, notice, ...texts)) === 1;
    },
    deliveries: async (limit) =>
      (await redis.lrange(keys.of('deliveries'), 0, limit - 1)).map(
        (text) => JSON.parse(text) as DeliveryEntry,
      ),
    redeliver: async (id, to) => (await run(redeliverScript, id, ...to)) === 1,
    disabledDestinations: async () =>
      new Map(Object.entries(await redis.hgetall(keys.of('noticesDisabled')))),
    disableDestination: async (destination, because) => {
      if (because === null) await redis.hdel(keys.of('noticesDisabled'), destination);
      else await redis.hset(keys.of('noticesDisabled'), destination, because);
    },
  };
};

/** `ops,mail {…}`: the destinations, and the text. */
function noticeIn(id: string, found: string): StoredNotice {
  const blank = found.indexOf(' ');
  const to = found.slice(0, blank);
  return { id, text: found.slice(blank + 1), to: to === '' ? [] : to.split(',') };
}
