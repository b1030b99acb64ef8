/** What is wrong with the name of a topic in Kafka, or undefined. Source: org.apache.kafka.common.internals.Topic.validate */
export function topicNameProblem(name: string): string | undefined {
  if (/^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..') return undefined;
  return `topic name "${name}" is not legal: Kafka takes 1 to 249 of the characters a-z A-Z 0-9 . _ - and neither "." nor ".."; choose another name`;
}
