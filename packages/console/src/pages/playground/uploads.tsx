/**
 * Pictures and videos for a role: dropped, chosen, or given as an address; uploaded at once, with what is
 * wrong said.
 */
import { sniffContentType } from '@sluice/sdk';
import { ImagePlus, Link2, Video, X } from 'lucide-react';
import { type DragEvent, useId, useState } from 'react';
import { sluice } from '../../api/client.ts';
import { messageOf } from '../../app/key-form.tsx';
import { cx } from '../../ui/class.ts';
import { INPUT } from '../../ui/field.tsx';
import { type Input, kindOf, nameOf, ROLE_WORDS, type Role } from './draft.ts';

type UploadsProps = {
  role: Role;
  min: number;
  max: number;
  given: readonly Input[];
  onChange: (inputs: Input[]) => void;
};

const TYPES = { image: ['image/jpeg', 'image/png'], video: ['video/mp4', 'video/quicktime'] } as const;

export function Uploads({ role, min, max, given, onChange }: UploadsProps) {
  const kind = kindOf(role);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(0);
  if (kind === 'id') return <Elements max={max} given={given} onChange={onChange} />;
  const take = async (files: readonly File[]): Promise<void> => {
    setError(null);
    setBusy((before) => before + files.length);
    let all = [...given];
    for (const file of files.slice(0, max - given.length)) {
      const read = await upload(file, kind);
      if (read.ok) all = [...all, read.input];
      else setError(read.error);
    }
    setBusy((before) => before - files.length);
    onChange(all);
  };
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 font-medium">
        {ROLE_WORDS[role]} <span className="font-normal text-ink-3">{min === 0 ? 'optional' : ''}</span>
        {max > 1 && <span className="font-normal text-ink-3"> up to {max}</span>}
      </legend>
      <div className="flex flex-wrap gap-2">
        {given.map((input, at) => (
          <Thumb
            key={input.reference}
            input={input}
            onRemove={() => onChange(given.filter((_, each) => each !== at))}
          />
        ))}
        {given.length < max && (
          <Drop
            kind={kind}
            busy={busy > 0}
            several={max > 1}
            onFiles={take}
            onAddress={(url) =>
              onChange([
                ...given,
                { reference: url, name: nameOf(url), kind, preview: kind === 'image' ? url : null },
              ])
            }
          />
        )}
      </div>
      {error && (
        <p role="alert" className="mt-1.5 text-[0.93rem] text-bad">
          {error}
        </p>
      )}
    </fieldset>
  );
}

type Read = { ok: true; input: Input } | { ok: false; error: string };

/** What a file is, is told by its bytes: names and browsers guess. */
async function upload(file: File, kind: 'image' | 'video'): Promise<Read> {
  const type = sniffContentType(new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  if (type === null || !TYPES[kind].some((each) => each === type)) {
    const takes = kind === 'image' ? 'a JPEG or PNG picture' : 'an MP4 or MOV video';
    return { ok: false, error: `${file.name} is not ${takes}.` };
  }
  try {
    const stored = await sluice.files.upload(file, { contentType: type });
    return {
      ok: true,
      input: { reference: stored.reference, name: file.name, kind, preview: URL.createObjectURL(file) },
    };
  } catch (error) {
    return { ok: false, error: `${file.name}: ${messageOf(error)}` };
  }
}

function Thumb({ input, onRemove }: { input: Input; onRemove: () => void }) {
  return (
    <span
      className={
        'group relative flex h-20 w-28 items-center justify-center ' +
        'overflow-hidden rounded-md border bg-sunken'
      }
    >
      {input.preview?.startsWith('blob:') && input.kind === 'image' ? (
        <img src={input.preview} alt={input.name} className="size-full object-contain" />
      ) : input.preview?.startsWith('blob:') ? (
        <video src={input.preview} muted aria-label={input.name} className="size-full object-contain" />
      ) : (
        <span className="flex max-w-full flex-col items-center gap-1 px-2 text-[0.86rem] text-ink-2">
          {input.kind === 'video' ? (
            <Video className="size-4" aria-hidden="true" />
          ) : (
            <ImagePlus className="size-4" aria-hidden="true" />
          )}
          <bdi className="max-w-full truncate">{input.name}</bdi>
        </span>
      )}
      <button
        type="button"
        aria-label={`Remove ${input.name}`}
        onClick={onRemove}
        className="absolute top-1 right-1 rounded-sm bg-surface p-0.5 text-ink shadow-lift hover:text-bad"
      >
        <X className="size-3.5" aria-hidden="true" />
      </button>
    </span>
  );
}

type DropProps = {
  kind: 'image' | 'video';
  busy: boolean;
  several: boolean;
  onFiles: (files: readonly File[]) => void;
  onAddress: (url: string) => void;
};

function Drop({ kind, busy, several, onFiles, onAddress }: DropProps) {
  const id = useId();
  const [over, setOver] = useState(false);
  const [asking, setAsking] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    onFiles([...event.dataTransfer.files]);
  };
  if (asking) return <Address kind={kind} onAddress={onAddress} onClose={() => setAsking(false)} />;
  return (
    <div className="flex flex-1 gap-1.5">
      <label
        htmlFor={id}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={cx(
          'flex h-20 min-w-28 flex-1 cursor-pointer flex-col items-center',
          'justify-center gap-1 rounded-md border border-dashed px-3',
          'border-line-strong text-center text-[0.93rem] text-ink-2 hover:bg-sunken',
          'has-focus-visible:outline-2 has-focus-visible:outline-accent',
          over && 'border-accent bg-accent-soft',
        )}
      >
        {kind === 'image' ? (
          <ImagePlus className="size-4" aria-hidden="true" />
        ) : (
          <Video className="size-4" aria-hidden="true" />
        )}
        {busy ? 'Uploading…' : kind === 'image' ? 'Drop or choose a picture' : 'Drop or choose a video'}
        <input
          id={id}
          type="file"
          className="sr-only"
          accept={TYPES[kind].join(',')}
          multiple={several}
          disabled={busy}
          onChange={(event) => {
            onFiles([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
      </label>
      <button
        type="button"
        title="By its address"
        aria-label="Give an address instead"
        onClick={() => setAsking(true)}
        className={
          'flex h-20 w-9 items-center justify-center rounded-md ' +
          'border text-ink-3 hover:bg-sunken hover:text-ink'
        }
      >
        <Link2 className="size-4" aria-hidden="true" />
      </button>
    </div>
  );
}

type AddressProps = { kind: string; onAddress: (url: string) => void; onClose: () => void };

function Address({ kind, onAddress, onClose }: AddressProps) {
  const [url, setUrl] = useState('');
  const good = /^https?:\/\/\S+\.\S+/.test(url);
  return (
    <input
      aria-label={`Address of the ${kind}`}
      placeholder="https://…  then Enter"
      className={cx(INPUT, 'h-9 flex-1')}
      value={url}
      onChange={(event) => setUrl(event.target.value.trim())}
      onBlur={() => {
        if (url === '') onClose();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
        if (event.key !== 'Enter') return;
        event.preventDefault();
        if (!good) return;
        onAddress(url);
        onClose();
      }}
    />
  );
}

function Elements({ max, given, onChange }: Pick<UploadsProps, 'max' | 'given' | 'onChange'>) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="font-medium">
        Elements <span className="font-normal text-ink-3">optional, ids of the vendor, up to {max}</span>
      </label>
      <input
        id={id}
        inputMode="numeric"
        placeholder="ids, separated by commas"
        className={cx(INPUT, 'h-9')}
        value={given.map(({ reference }) => reference).join(', ')}
        onChange={(event) =>
          onChange(
            event.target.value
              .split(/[\s,]+/)
              .filter((part) => /^\d{1,20}$/.test(part))
              .slice(0, max)
              .map((reference) => ({ reference, name: reference, kind: 'image', preview: null })),
          )
        }
      />
    </div>
  );
}
