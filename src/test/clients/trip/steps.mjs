// Says which part of the trip was seen to work; the Maven test that runs the script compares the list with what it
// expects, so a part that is left out is noticed.
export function step(name) {
    console.log(`step: ${name}`);
}

export async function withinSeconds(seconds, what, attempt) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
        if (await attempt()) return;
        if (Date.now() > end) throw new Error(`Not within ${seconds} s: ${what}`);
        await new Promise(resolve => setTimeout(resolve, 50));
    }
}

const programs = new Set();

/** A program that a trip has started goes when the trip does, however it ends. */
export function endsWithTrip(pid) {
    programs.add(pid);
}

process.on('exit', () => {
    for (const pid of programs) {
        try {
            process.kill(pid, 'SIGKILL');
        } catch {
            // It has ended by itself.
        }
    }
});

/** Runs the trip within bounds, and ends the process: 0 where every step worked. */
export function run(trip, seconds = 90) {
    const limit = setTimeout(() => fail(new Error(`The trip took longer than ${seconds} s`)), seconds * 1000);
    trip().then(
        () => {
            clearTimeout(limit);
            process.exit(0);
        },
        fail
    );
}

function fail(error) {
    console.error(error);
    process.exit(1);
}
