/**
 * What lies ahead of a client of the bench. `free` updates at once after its mark, `restart` needs
 * one first, `defer` is in use at the first look, `move` has the PCM service in the way, and
 * `wait` stays in use.
 */
export const stories = ['free', 'restart', 'defer', 'move', 'wait'] as const;

export type Story = (typeof stories)[number];
/** A story that comes to an end. */
export type EndingStory = Exclude<Story, 'wait'>;

export const endingStories: readonly EndingStory[] = stories.filter((story) => story !== 'wait');

/** The story stands in the client's name, so that any worker process knows it. */
export const clientName = (story: Story, run: string, number: number): string =>
  `${story}-${run}-${String(number).padStart(7, '0')}`;

export function storyOf(client: string): Story {
  const name = client.slice(0, client.indexOf('-'));
  const story = stories.find((each) => each === name);
  if (story === undefined) throw new Error(`no story for ${client}`);
  return story;
}
