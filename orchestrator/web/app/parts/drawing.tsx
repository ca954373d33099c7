import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface DrawingProps {
  /** Its ids on the page begin so. */
  readonly name: string;
  /** The chart as SVG, which escapes every text itself. `width` in pixels. */
  readonly draw: (at: { readonly id: string; readonly width: number }) => string;
  readonly class?: string;
}

/** A chart, drawn again for each width of its place. */
export function Drawing({ name, draw, class: look = '' }: DrawingProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  const id = useId();
  useEffect(() => {
    const { current } = box;
    if (current === null) return undefined;
    const observer = new ResizeObserver(() => void (width.value = current.clientWidth));
    observer.observe(current);
    return () => observer.disconnect();
  }, [width]);
  const drawn = width.value < 50 ? '' : draw({ id: `${name}-${id}`, width: width.value });
  return (
    <div ref={box}>
      <div class={`drawing ${look}`} dangerouslySetInnerHTML={{ __html: drawn }} />
    </div>
  );
}
