import { requestKey } from '../../shared/domain/campaign/command-request.ts';
import type { RequestStore } from '../../shared/store/request-store.ts';
import { addAudit } from './audit.ts';
import { compare, type Tables } from './tables.ts';

export const requestStoreOf = (tables: Tables): RequestStore => ({
  requests: async () =>
    [...tables.requests.values()].sort((a, b) => compare(requestKey(a.request), requestKey(b.request))),
  readRequest: async (key) => tables.requests.get(key) ?? null,
  commitRequest: async (key, next, version, audit) => {
    if ((tables.requests.get(key)?.version ?? 0) !== version) return false;
    if (next === null) tables.requests.delete(key);
    else tables.requests.set(key, { version: version + 1, request: next });
    if (audit !== null) addAudit(tables, audit, null);
    return true;
  },
  takeRequestNumber: async (above) => {
    tables.requestNumber.last = Math.max(tables.requestNumber.last, above) + 1;
    return tables.requestNumber.last;
  },
});
