import type { AccessStore, StoredSession, StoredToken } from '../../shared/store/access-store.ts';
import { addAudit } from './audit.ts';
import type { Tables } from './tables.ts';

/** @param now real time in milliseconds */
export function accessStoreOf(tables: Tables, now: () => number): AccessStore {
  const tokens = new Map<string, StoredToken>();
  const sessions = new Map<string, StoredSession>();
  const uses = new Map<string, number>();
  const links = new Map<string, { readonly until: number; readonly text: string }>();
  let version = 0;
  return {
    accessVersion: async () => version,
    readAccess: async () => ({
      version,
      tokens: [...tokens.values()],
      sessions: [...sessions.values()],
      uses: new Map(uses),
    }),
    addToken: async (token, audit) => {
      if (tokens.has(token.name.toLowerCase())) return false;
      tokens.set(token.name.toLowerCase(), token);
      version += 1;
      addAudit(tables, audit, null);
      return true;
    },
    removeToken: async ({ name, id }, audit) => {
      if (tokens.get(name.toLowerCase())?.id !== id) return false;
      tokens.delete(name.toLowerCase());
      uses.delete(id);
      version += 1;
      addAudit(tables, audit, null);
      return true;
    },
    addSession: async (session) => {
      for (const { id, endsAt } of sessions.values())
        if (endsAt <= session.startedAt && sessions.delete(id)) uses.delete(id);
      sessions.set(session.id, session);
      version += 1;
    },
    replaceSession: async (session) => {
      if (!sessions.has(session.id)) return false;
      sessions.set(session.id, session);
      version += 1;
      return true;
    },
    removeSession: async (id, audit) => {
      if (!sessions.delete(id)) return false;
      uses.delete(id);
      version += 1;
      if (audit !== null) addAudit(tables, audit, null);
      return true;
    },
    noteUse: async (id, at) => void uses.set(id, at),
    keepLink: async (sha256, text, forMs) => void links.set(sha256, { until: now() + forMs, text }),
    takeLink: async (sha256) => {
      const found = links.get(sha256);
      links.delete(sha256);
      return found !== undefined && found.until > now() ? found.text : null;
    },
  };
}
