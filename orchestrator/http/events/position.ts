/**
 * How far a reader knows the audit: for each shard the id of the newest entry that it has seen. An
 * id of an event is a position; to a reader it is a text that it sends back.
 */
export type Position = readonly string[];

const idForm = /^\d{1,20}-\d{1,20}$/;

/** `1764464000000-3` of one shard, `1764464000000-3.0-0` of two. */
export const textOfPosition = (position: Position): string => position.join('.');

/** Null where the text is no position, or one of another number of shards. */
export function readPosition(text: string, shards: number): Position | null {
  const ids = text.split('.');
  return ids.length === shards && ids.every((id) => idForm.test(id)) ? ids : null;
}

/** The position after one more entry of a shard. */
export const withEntry = (position: Position, shard: number, id: string): Position =>
  position.with(shard, id);
