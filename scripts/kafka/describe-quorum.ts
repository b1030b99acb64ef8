import { list, noTags, text, type FlexibleRequest } from './flexible.js';

/**
 * DescribeQuorum: which controller is the active one. Metadata does not tell: there a broker of KRaft names any living broker, for clients that
 * send what is for the controller, and forwards it.
 * @returns its node id, -1 where there is none at present
 */
export const describeQuorum: FlexibleRequest<number> = {
  name: 'DescribeQuorum',
  apiKey: 55,
  apiVersion: 0,
  body: Buffer.concat([
    list([Buffer.concat([text('__cluster_metadata'), list([Buffer.concat([Buffer.alloc(4), noTags])]), noTags])]),
    noTags,
  ]),
  read: (answer) => {
    if (answer.int16() !== 0) return -1;
    const [leader = -1] = answer
      .list(() => {
        answer.text();
        const leaders = answer.list(() => {
          answer.int32();
          const errorCode = answer.int16();
          const id = answer.int32();
          answer.int32();
          answer.int64();
          const replica = (): void => {
            answer.int32();
            answer.int64();
            answer.tags();
          };
          answer.list(replica);
          answer.list(replica);
          answer.tags();
          return errorCode === 0 ? id : -1;
        });
        answer.tags();
        return leaders;
      })
      .flat();
    return leader;
  },
};
