/** Where a clip of a model would play, as long as nobody has made one: the way to make it. */
import type { Model } from '@sluice/sdk';
import { ButtonLink } from '../../ui/button.tsx';

export function NoClip({ model }: { model: Pick<Model, 'id' | 'name' | 'paths'> }) {
  return (
    <div className="grid justify-items-center gap-2">
      <span>No clip of {model.name} was made here yet</span>
      {model.paths.length > 0 && (
        // Above the link that the whole card is.
        <span className="relative z-[1]">
          <ButtonLink to="/playground" search={{ model: model.id }} small>
            Try it <span className="sr-only">: {model.name}</span>
          </ButtonLink>
        </span>
      )}
    </div>
  );
}
