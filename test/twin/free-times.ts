import type { FreeTimeStore } from '../../shared/store/free-time-store.ts';
import type { Tables } from './tables.ts';

export const freeTimeStoreOf = ({ freeTimes }: Tables): FreeTimeStore => ({
  freeTimes: async (clients) =>
    new Map([...freeTimes].filter(([client]) => clients.some((asked) => asked === client))),
  putBackFreeTimes: async (counts) => {
    for (const [client, text] of counts) freeTimes.set(client, text);
  },
});
