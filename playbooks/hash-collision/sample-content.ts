/** `id | name | about`, one user a line. */
export const USERS = `
ada | Ada Brunner | Writes compilers for fun and invoices for a living.
milo | Milo Petrov | Has restarted it. Twice.
ines | Inês Carvalho | Distributed systems, undistributed desk.
tomas | Tomáš Dvořák | Databases. All of them, sadly.
yuki | Yuki Tanaka | 型のある言語が好きです。
noor | Noor Haddad | On call this week. Please be gentle.
fergus | Fergus O'Neill | Network cables are never the problem, until they are.
lena | Lena Sørensen | Front ends that work without a mouse.
kofi | Kofi Mensah | Measures first.
priya | Priya Raman | Reads the specification so that you need not.
jonas | Jonas Lindqvist | Knows one shell very well.
zoe | Zoë Marchetti | Deletes more lines than she adds.
omar | Omar Farouk | Time zones are a social construct.
greta | Greta Vogel | Queues, brokers, and other ways of waiting.
sam | Sam Whitfield | New here. Asks anyway.
mei | Mei Lin | Floating point apologist.
david | David Okafor | It was DNS.
clara | Clara Jiménez | Tests the thing that cannot happen.
ivan | Ivan Horvat | Has opinions on indentation.
ruth | Ruth Abelson | Retired twice, still debugging.
`

/**
 * Fifty questions with a hundred answers. A question is a line `## id | author | tags | title`, a line with its body, and a
 * line `> author: text` for each answer.
 */
export const QUESTIONS = `
## lost-map-entries | sam | java threads | Why does my HashMap lose entries when two threads write to it?
I put 1000 entries from each of two threads and find 1987 afterwards. No exception, nothing in the log.
> ada: HashMap promises nothing once two threads write. Both find the same bucket empty, both store their node, one is gone. Use ConcurrentHashMap.
> ruth: And be glad that it only lost entries. Before Java 8 the bucket could become a ring, and the reader went round it for ever.
> kofi: If you fill it once and only read later, build it in one thread and publish it through a final field. No lock needed.
## equal-but-absent | yuki | java collections | My object is in the HashSet, equals says so, and contains says no
I add an order, change its number, and then set.contains(order) is false although I can see it when I iterate.
> priya: You changed a field that hashCode uses, so it now sits in the bucket of its old hash. Keys must not change while they are in the set.
> zoe: Make it a record. What cannot change cannot get lost.
## zero-point-three | sam | numbers | Why is 0.1 + 0.2 not 0.3?
I have seen this in three languages now, so it is probably not my fault.
> mei: None of the three numbers exists in binary. You get the nearest doubles, and the sum of two near misses misses by one more bit. Print 17 digits to see it.
> clara: For money use whole cents. For everything else compare with a tolerance that you chose on purpose.
## it-is-dns | fergus | network dns | A container finds its neighbour by name for ten seconds, then not, then again
Ping by address always works. By name it comes and goes, and restarting makes it better for a while.
> david: It was DNS. Look at how long your runtime keeps a negative answer: the JVM keeps "no such host" for 10 seconds.
> ines: Ask twice with dig +short and compare the servers that answer. Two resolvers with different opinions look exactly like this.
## unicode-length | lena | text | How long is a family emoji?
My field allows 10 characters and refuses two families. The counter says 22.
> yuki: One family is seven code points, joined, and most of them are surrogate pairs. Count grapheme clusters if you mean what people see.
> priya: And then tell the database, which counts bytes.
## timezone-birthday | omar | time | Everybody in our American office is one day younger
Birthdays are stored as timestamps at midnight UTC. On the page they show the day before.
> ruth: A birthday is not a moment, it is a date. Store a date.
> milo: We had this. We fixed it by storing noon. We are not proud of it.
> omar: Noon works until somebody is born in Kiribati. A date type it is; thank you.
## connection-reset-1h | noor | network postgres | Database connections die after exactly one hour of silence
The first query in the morning fails with "connection reset by peer", the second works.
> fergus: A firewall on the way forgets idle connections. Turn on TCP keepalive with an interval below its limit.
> tomas: Or let the pool test a connection before it hands it out. It costs a round trip, but it also survives the firewall being replaced.
## slow-count | tomas | postgres | SELECT count(*) takes 40 seconds on 200 million rows
There is an index on every column. Does it have to look at all of them?
> kofi: It does, because each transaction may see a different number. If "about 200 million" is good enough, read reltuples from pg_class.
> ruth: And ask who reads the number. We found out that nobody had for a year.
## rebase-or-merge | ivan | git | Rebase or merge for a branch that lives two days?
I would like to hear reasons, not feelings.
> zoe: Rebase while it is yours alone, merge when somebody else has it. The rule is about who else would have to redo work.
> jonas: Whatever you do, let the default branch always build. Then bisect works, and bisect is the reason to care about history.
## shell-space | jonas | shell | A file called "my report.txt" breaks my backup script
The loop says for f in $(ls), and I know that somebody will shout at me.
> ivan: Nobody shouts. for f in ./*; do cp -- "$f" "$target"; done: the glob keeps names whole, the quotes keep them whole once more.
> clara: Then test it with a name that has a newline in it. It happens once, and always on the last day.
## jwt-logout | zoe | security http | How do I log somebody out whose token is still valid for an hour?
The token is signed, so no server is asked. That was the point, and now it is the problem.
> ines: You cannot take back a signature. Short tokens plus a refresh that is looked up, or a list of revoked ids. The list means you ask a server after all.
> noor: Ask which it is that you need: log out on this device, or lock an account now. The first may wait five minutes.
## css-center | milo | css | It is the future. How do I centre a box now?
I have a folder of old answers to this and none of them is short.
> lena: display: grid; place-items: center. Two declarations, done.
> milo: I have deleted the folder.
## jvm-heap-container | kofi | java containers | The JVM is killed although the heap has plenty of room
Container limit 128 MB, -Xmx120m, killed with code 137 after an hour. The heap was half empty.
> ada: The heap is not the process. Threads, code, class data and buffers live outside. With 128 MB give the heap 64.
> kofi: Native memory tracking agrees: 31 MB of class data that I had forgotten.
## exit-137 | sam | containers | What does exit code 137 want to tell me?
The container stops, no log line, 137.
> noor: 128 + 9: it got SIGKILL. Either memory ran out, or it did not stop in time after SIGTERM and lost patience won.
> jonas: docker inspect shows OOMKilled: true in the first case.
## pid-one | david | containers signals | docker stop always takes exactly ten seconds
My process handles SIGTERM, I tested it in the shell.
> jonas: In the shell it was not PID 1. Your command line starts sh, which starts your process and passes nothing on. Use the exec form, or exec in the script.
> ivan: And PID 1 ignores signals it has no handler for, so "default action" does not save you either.
## retry-storm | ines | distributed | Our retries took the service down harder than the fault did
It was slow for a minute, every client retried three times, and then it was gone for an hour.
> greta: Back off, add jitter, and give retries a budget: at most a tenth of the normal calls. A retry is extra load at the worst moment.
> ruth: And retry at one level only. Three levels with three tries each are 27.
## exactly-once | greta | messaging | Can a broker deliver a message exactly once?
The brochure says yes. My logs say twice.
> ines: It can deliver it at least once, and you can make the second time change nothing. Together that looks like once.
> greta: So: a key in every message, an upsert at the receiver. We do that now and the brochure may say what it wants.
## queue-or-topic | sam | messaging | When do I take a fanout, when a topic exchange?
The pictures in the tutorial look the same to me.
> greta: Fanout: everybody who listens wants everything. Topic: the listeners choose by name, like order.* or *.failed.
> ines: Start with a topic. It can do what fanout does, and you will want the names sooner than you think.
## idempotent-put | clara | http | Is PUT with the same body twice allowed to answer differently?
First 201, then 200. Our tester calls that not idempotent.
> priya: Idempotent is about the state of the server, not about the answer. 201 then 200 is the textbook.
> zoe: Show your tester DELETE: 204, then 404, and idempotent all the same.
## cors-again | lena | http browser | Works with curl, fails in the browser
The console says CORS. I would like to understand it once and for all.
> zoe: The server answered you. The browser does not let the page see the answer, as the page came from elsewhere. Curl is nobody's page.
> lena: Serving the page and the API from one origin made the whole question go away.
> fergus: A reverse proxy is the cheapest CORS configuration there is.
## proxy-502 | fergus | nginx http | 502 for one second whenever we deploy
The new version is there in 400 ms, but nginx keeps saying 502 for longer.
> david: max_fails: after one failure it leaves the server alone for 10 seconds. With a single upstream set max_fails=0.
> noor: And let the new version listen before the old one stops, if you can have both for a moment.
## stale-css | milo | http cache | Users see the old style sheet until they clear the cache
I cannot tell 4000 people to press Ctrl+F5.
> lena: Cache-Control: no-cache does not mean "do not keep", it means "ask first". With an ETag the answer is a 304 of a few bytes.
> kofi: Or a digest in the file name and cache it for ever. Faster, but then something has to build the names.
## mutable-default | yuki | python | A Python function remembers my last call
def add(item, to=[]): the list grows from call to call.
> ivan: The default is made once, when def runs. Use None and make the list inside.
> sam: I have met this bug today, thank you for asking yesterday.
## async-foreach | zoe | javascript | forEach with await inside does not wait
After the loop nothing is done yet, although every line says await.
> lena: forEach throws the promises away. Use for...of to go one after the other, Promise.all over map to go all at once.
> kofi: All at once is fine for ten. For ten thousand, limit how many are in flight.
## null-island | mei | data | Why are 3 % of our customers in the sea off Ghana?
They all live at 0, 0.
> kofi: That is what your importer makes of an empty field. Missing is not zero.
> tomas: NOT NULL DEFAULT 0, I suppose? Let it be null and see who complains.
## leap-second | omar | time | Did anybody survive a leap second in production?
Asking for my calm.
> ruth: Yes. Use a time service that smears it over a day and make sure that all your machines ask the same kind.
> noor: We did. The pager did not. Smear it.
## sort-unstable | ada | algorithms | What is the point of a stable sort?
Equal is equal, so who cares which comes first?
> mei: Equal by this key. Sort by name, then by city: with a stable sort each city is still in order of names.
> ada: Accepted. I have been sorting by pairs for years.
## binary-search-bug | ruth | algorithms | The binary search in my textbook is wrong
It has been in print for thirty years. (low + high) / 2 overflows for large arrays.
> ada: low + (high - low) / 2, or an unsigned shift. It took the JDK until 2006 as well.
> clara: A good reminder that tests with ten elements say little about a billion.
## bloom-filter | kofi | algorithms | When is a Bloom filter worth it?
Nice structure, but I never seem to need one.
> tomas: When "certainly not" saves you something dear. Ours saves a disk read for nine of ten keys.
> ines: Also between two hosts that want to know what the other one lacks.
## hash-dos | priya | security algorithms | Can somebody really slow down a server with well-chosen parameter names?
I read that thousands of colliding keys turn a hash table into a list.
> ada: Yes: quadratic time for a request of a few hundred kilobytes. That is why string hashes are seeded in many languages, and why Java turns long buckets into trees.
> noor: Also limit the number of parameters. Nobody needs 10 000.
## password-length | noor | security | Why would a site refuse my 80 character password?
It says at most 20. Where does it keep them?
> priya: A hash has one length whatever goes in, so a limit of 20 makes you wonder. A limit of some hundred protects the server's CPU.
> noor: The 20 is often the width of a column, and then you know what is in the column.
## sql-in-clause | tomas | sql | IN with 50 000 values: is there a better way?
The planner takes longer than the query.
> kofi: Send them as one array parameter: = ANY($1). One plan, one parameter.
> ruth: Or a temporary table, and join. Then the planner knows how many there are.
## migration-lock | clara | postgres | Adding a column locked the table for 20 minutes
It is only one column. With a default.
> tomas: What locks is waiting in the queue: your ALTER waits for a long query, and everybody waits behind your ALTER. Set lock_timeout and try again.
> noor: We run every migration with lock_timeout of two seconds and try five times. Nobody has noticed one since.
## flaky-test | clara | testing | One test in two thousand fails, once a week
Nobody knows it, everybody presses "run again".
> ruth: Run it a thousand times tonight, under load. A fault that shows once a week shows by morning.
> noor: Look for sleep() in it. It is always a sleep.
> clara: It was a sleep.
## mock-or-real | sam | testing | Should a test talk to a real database?
The mock is fast, but it only ever says what I told it.
> clara: That is just what it is: your own opinion, asserted. Real where it can be had in a second, and it can.
> tomas: A fresh schema per test run and a transaction per test that is rolled back. Ours take 9 ms each.
## tabs-spaces | ivan | style | Tabs or spaces? I brought arguments
Please keep it civil.
> zoe: A formatter, run by a machine, nobody looks. The argument is over as soon as nobody types either.
> ivan: That is the saddest correct answer I have ever had.
## long-function | zoe | style | How long may a function be?
Our rule says 20 lines, and now we have functions called part2.
> ruth: As long as one thought. part2 is not a thought.
> ada: If you need to scroll to find out what it returns, it is several.
## naming-things | yuki | style | Is there a good name for something that is sometimes a user and sometimes a team?
We have UserOrTeam, and it spreads.
> priya: What do they have in common for you? If both can own things, it is an owner.
## semver-fix | greta | releases | Is a bug fix that somebody relies upon a breaking change?
We fixed a rounding error and got angry mail.
> ivan: With enough users every behaviour is relied upon. Say so in the notes, loudly, and take the minor number.
> yuki: There is a law about it, and a comic. Neither helped us.
## friday-deploy | noor | releases | Do you deploy on Fridays?
Our release takes four hours, so the question is real.
> ines: We deploy every day, so Friday is a day. It takes two minutes and going back takes one.
> milo: With four hours I would not deploy on a Wednesday either. Make that shorter first.
## config-in-code | jonas | configuration | Where do addresses and ports belong?
They are in the code, in the Ansible file, and in a wiki page. No two agree.
> david: In one place, and everything else is told: environment variables at start, made by whatever started the other side.
> fergus: The wiki page is the one that is wrong, by the way. It always is.
## container-own-ip | david | containers network | How does a container find out the address by which others reach it?
Inside it sees 172.17.0.2. Nobody else can use that.
> ines: It cannot know, as the host decides. Whoever starts it must tell it.
## layer-cache | kofi | containers | Why does changing one source file download all packages again?
COPY . . is the first line of our Dockerfile.
> zoe: Every line after a changed one runs again. Copy the list of packages, install, then copy the sources.
> kofi: From four minutes to six seconds. I should have asked a year ago.
## vm-rebuild | milo | vagrant | Our three virtual machines take 20 minutes to come back after a destroy
Is this normal? I have started to like coffee.
> david: Look at what is downloaded each time. A box with Docker and all images inside took us to a fraction of that.
> jonas: And ask whether you need to destroy at all. Provisioning again what is running should take seconds.
> milo: You were right about both. I miss the coffee.
## java-start | ada | java | Which flags make a small Java service start faster?
It listens after 600 ms. I restart it a hundred times a day.
> kofi: Class data sharing, and only the quick compiler: -XX:TieredStopAtLevel=1. On a small service that is most of it.
> yuki: Look at what runs in static initialisers too. Ours read a file of time zones that nobody used.
## virtual-memory | sam | linux | top says 4 GB VIRT. Do I have a leak?
RES is 90 MB.
> jonas: VIRT is what has been promised, RES is what is there. Worry when RES grows.
> kofi: Better still, look at PSS: it counts shared pages only once.
## too-many-files | greta | linux network | "Too many open files", but I have only one file open
It is a server. It has opened one log.
> fergus: Every socket counts. ls /proc/PID/fd will show you a thousand connections that nobody closed.
## regex-catastrophe | clara | regex | A regular expression takes a minute on a string of 30 letters
^(a+)+$ on "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab".
> mei: Each a can belong to the inner or the outer plus: 2^30 ways to fail. Take one of the two away.
> priya: Or an engine that does not go back, such as RE2, if the expression comes from outside.
## html-regex | sam | regex html | Which regular expression finds the links in an HTML page?
It works for four of five pages.
> ruth: The fifth page is why parsers exist. Your language has one; it is three lines.
## thank-you | sam | meta | Is there a polite way to say thank you here?
Everybody has been kind and I have only asked.
> ruth: Answer somebody else's question one day. You are about ready for the one about exit codes.
`
