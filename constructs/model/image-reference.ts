import { MusterError } from './error.js';

/** Where an image is, and which one of those there. */
export interface ImageReference {
  /** Registry and path: `quay.io/acme/muster-workers`. */
  readonly name: string;
  readonly tag?: string;
  /** `sha256:…`: exactly this image, whatever becomes of the tag. */
  readonly digest?: string;
}

const host = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]+)?/)?';
const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const reference = new RegExp(
  `^(?<name>${host}${part}(?:/${part})*)(?::(?<tag>[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}))?(?:@(?<digest>sha256:[a-f0-9]{64}))?$`,
);
const example = 'quay.io/acme/muster-workers:0.1.0, or …@sha256:DIGEST';

/**
 * Takes an image's name apart. One without a tag or digest, or with the tag `latest`, is refused: two pods of a Deployment could run
 * different programs.
 * @throws MusterError `bad-input`
 */
export function parseImage(text: string): ImageReference {
  const { name, tag, digest } = reference.exec(text)?.groups ?? {};
  if (name === undefined)
    throw new MusterError(
      'bad-input',
      `"${text}" is no name of an image: give [REGISTRY[:PORT]/]PATH:TAG or …@sha256:DIGEST with the path in lower case and no scheme, such as ${example}`,
    );
  if (digest === undefined && (tag === undefined || tag === 'latest'))
    throw new MusterError(
      'bad-input',
      `the image ${text} names ${tag === undefined ? 'no version' : 'the tag that moves'}, so two pods of one Deployment could run different programs: name a tag of its own or a digest, such as ${example}`,
    );
  return { name, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}
