/** What this room tells while it works; a pino logger fits. */
export interface EmbeddedRedisLog {
  info(message: string): void;
  warn(message: string): void;
}
