/** Content types of what is streamed. */
export const textTypes = { jsonl: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' } as const;
