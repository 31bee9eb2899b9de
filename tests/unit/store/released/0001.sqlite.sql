-- What release 0.1.0 left behind: its own schema, and rows that its own code wrote. Never edited.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE deliveries (
	number INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	event TEXT NOT NULL, 
	payload BLOB NOT NULL, 
	received_at BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	PRIMARY KEY (number), 
	CONSTRAINT deliveries_id UNIQUE (id)
);
INSERT INTO "deliveries" VALUES(1,'d-waiting','issues',X'7B22616374696F6E223A20226C6162656C6564222C20226F6464223A202200FF27227D',1735689196943,'waiting','');
INSERT INTO "deliveries" VALUES(2,'d-handled','issues',X'7B22616374696F6E223A20226C6162656C6564222C20226F6464223A202200FF27227D',1735689196943,'handled','handled: it''s so');
INSERT INTO "deliveries" VALUES(3,'d-ignored','issues',X'7B22616374696F6E223A20226C6162656C6564222C20226F6464223A202200FF27227D',1735689196944,'ignored','ignored: it''s so');
INSERT INTO "deliveries" VALUES(4,'d-failed','issues',X'7B22616374696F6E223A20226C6162656C6564222C20226F6464223A202200FF27227D',1735689196945,'failed','failed: it''s so');
CREATE TABLE journal (
	run TEXT NOT NULL, 
	seq BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	entry TEXT NOT NULL, 
	PRIMARY KEY (run, seq), 
	CONSTRAINT journal_run FOREIGN KEY(run) REFERENCES runs (id)
);
INSERT INTO "journal" VALUES('completed',1,1735689196948,'{"kind":"run.started","workflow":"fix","definition":"1111111111111111111111111111111111111111111111111111111111111111","release":"0.1.0","input":{"trigger":{"key":"octo/reds#1:label:completed","tenant":{"repository":"octo/reds","installation":5},"actor":{"id":1,"login":"maintainer","is_bot":false},"workflow":"fix","goal":"the issue is fixed","issue":{"number":1,"title":"It breaks","body":"Zwölf Boxkämpfer \u0000 🥀 ''quoted'' \\ back\nline","author":"reporter","url":"https://github.com/octo/reds/issues/1"},"context":"it''s urgent","release":"0.1.0"}}}');
INSERT INTO "journal" VALUES('completed',2,1735689196950,'{"kind":"step.started","path":"fix/prepare","attempt":1}');
INSERT INTO "journal" VALUES('completed',3,1735689196950,'{"kind":"step.completed","path":"fix/prepare","output":{"base":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}');
INSERT INTO "journal" VALUES('completed',4,1735689196950,'{"kind":"step.started","path":"fix/plan","attempt":1}');
INSERT INTO "journal" VALUES('completed',5,1735689196950,'{"kind":"step.failed","path":"fix/plan","attempt":1,"failure":{"who":"model","sentence":"the model''s answer wasn''t JSON","path":"fix/plan","count":null,"feedback":""}}');
INSERT INTO "journal" VALUES('completed',6,1735689196950,'{"kind":"step.started","path":"fix/plan","attempt":2}');
INSERT INTO "journal" VALUES('completed',7,1735689196950,'{"kind":"recorded","path":"fix/plan","name":"turn 1","value":{"text":"Zwölf Boxkämpfer \u0000 🥀 ''quoted'' \\ back\nline","n":[1,2.5,null,true]}}');
INSERT INTO "journal" VALUES('completed',8,1735689196950,'{"kind":"step.completed","path":"fix/plan","output":{"plan":"Zwölf Boxkämpfer \u0000 🥀 ''quoted'' \\ back\nline"}}');
INSERT INTO "journal" VALUES('completed',9,1735689196950,'{"kind":"run.completed","output":{"pull_request":8}}');
INSERT INTO "journal" VALUES('failed',1,1735689196951,'{"kind":"run.started","workflow":"fix","definition":"2222222222222222222222222222222222222222222222222222222222222222","release":"0.1.0","input":{"trigger":{"key":"octo/reds#2:label:failed","tenant":{"repository":"octo/reds","installation":5},"actor":{"id":1,"login":"maintainer","is_bot":false},"workflow":"fix","goal":"the issue is fixed","issue":{"number":2,"title":"It breaks","body":"","author":"reporter","url":"https://github.com/octo/reds/issues/2"},"context":"it''s urgent","release":"0.1.0"}}}');
INSERT INTO "journal" VALUES('failed',2,1735689196952,'{"kind":"step.started","path":"fix/prepare","attempt":1}');
INSERT INTO "journal" VALUES('failed',3,1735689196952,'{"kind":"step.completed","path":"fix/prepare","output":{"base":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}');
INSERT INTO "journal" VALUES('failed',4,1735689196952,'{"kind":"step.started","path":"fix/plan","attempt":1}');
INSERT INTO "journal" VALUES('failed',5,1735689196952,'{"kind":"step.failed","path":"fix/plan","attempt":1,"failure":{"who":"model","sentence":"the model''s answer wasn''t JSON","path":"fix/plan","count":null,"feedback":""}}');
INSERT INTO "journal" VALUES('failed',6,1735689196952,'{"kind":"step.started","path":"fix/plan","attempt":2}');
INSERT INTO "journal" VALUES('failed',7,1735689196952,'{"kind":"recorded","path":"fix/plan","name":"turn 1","value":{"text":"Zwölf Boxkämpfer \u0000 🥀 ''quoted'' \\ back\nline","n":[1,2.5,null,true]}}');
INSERT INTO "journal" VALUES('failed',8,1735689196952,'{"kind":"step.completed","path":"fix/plan","output":{"plan":"Zwölf Boxkämpfer \u0000 🥀 ''quoted'' \\ back\nline"}}');
INSERT INTO "journal" VALUES('failed',9,1735689196952,'{"kind":"run.failed","failure":{"who":"model","sentence":"the model''s answer wasn''t JSON","path":"fix/plan","count":null,"feedback":""}}');
INSERT INTO "journal" VALUES('cancelled',1,1735689196953,'{"kind":"run.started","workflow":"fix","definition":"3333333333333333333333333333333333333333333333333333333333333333","release":"0.1.0","input":{"trigger":{"key":"octo/reds#3:label:cancelled","tenant":{"repository":"octo/reds","installation":5},"actor":{"id":1,"login":"maintainer","is_bot":false},"workflow":"fix","goal":"the issue is fixed","issue":{"number":3,"title":"It breaks","body":"","author":"reporter","url":"https://github.com/octo/reds/issues/3"},"context":"it''s urgent","release":"0.1.0"}}}');
INSERT INTO "journal" VALUES('cancelled',2,1735689196954,'{"kind":"step.started","path":"fix/prepare","attempt":1}');
INSERT INTO "journal" VALUES('cancelled',3,1735689196954,'{"kind":"step.completed","path":"fix/prepare","output":{"base":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}');
INSERT INTO "journal" VALUES('cancelled',4,1735689196954,'{"kind":"step.started","path":"fix/plan","attempt":1}');
INSERT INTO "journal" VALUES('cancelled',5,1735689196955,'{"kind":"cancelled","by":"maintainer","reason":"no longer wanted; it''s done"}');
INSERT INTO "journal" VALUES('suspended',1,1735689196956,'{"kind":"run.started","workflow":"fix","definition":"4444444444444444444444444444444444444444444444444444444444444444","release":"0.1.0","input":{"trigger":{"key":"octo/reds#4:label:suspended","tenant":{"repository":"octo/reds","installation":5},"actor":{"id":1,"login":"maintainer","is_bot":false},"workflow":"fix","goal":"the issue is fixed","issue":{"number":4,"title":"It breaks","body":"","author":"reporter","url":"https://github.com/octo/reds/issues/4"},"context":"it''s urgent","release":"0.1.0"}}}');
INSERT INTO "journal" VALUES('suspended',2,1735689196956,'{"kind":"step.started","path":"fix/prepare","attempt":1}');
INSERT INTO "journal" VALUES('suspended',3,1735689196956,'{"kind":"step.completed","path":"fix/prepare","output":{"base":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}');
INSERT INTO "journal" VALUES('suspended',4,1735689196956,'{"kind":"step.started","path":"fix/plan","attempt":1}');
INSERT INTO "journal" VALUES('suspended',5,1735689196956,'{"kind":"step.failed","path":"fix/plan","attempt":1,"failure":{"who":"model","sentence":"the model''s answer wasn''t JSON","path":"fix/plan","count":null,"feedback":""}}');
INSERT INTO "journal" VALUES('suspended',6,1735689196956,'{"kind":"step.started","path":"fix/plan","attempt":2}');
INSERT INTO "journal" VALUES('suspended',7,1735689196956,'{"kind":"recorded","path":"fix/plan","name":"turn 1","value":{"text":"Zwölf Boxkämpfer \u0000 🥀 ''quoted'' \\ back\nline","n":[1,2.5,null,true]}}');
INSERT INTO "journal" VALUES('suspended',8,1735689196956,'{"kind":"step.completed","path":"fix/plan","output":{"plan":"Zwölf Boxkämpfer \u0000 🥀 ''quoted'' \\ back\nline"}}');
INSERT INTO "journal" VALUES('suspended',9,1735689196956,'{"kind":"suspended","path":"fix/review","waits_for":"Approval"}');
INSERT INTO "journal" VALUES('running',1,1735689196957,'{"kind":"run.started","workflow":"fix","definition":"5555555555555555555555555555555555555555555555555555555555555555","release":"0.1.0","input":{"trigger":{"key":"octo/reds#5:label:running","tenant":{"repository":"octo/reds","installation":5},"actor":{"id":1,"login":"maintainer","is_bot":false},"workflow":"fix","goal":"the issue is fixed","issue":{"number":5,"title":"It breaks","body":"","author":"reporter","url":"https://github.com/octo/reds/issues/5"},"context":"it''s urgent","release":"0.1.0"}}}');
INSERT INTO "journal" VALUES('running',2,1735689196958,'{"kind":"step.started","path":"fix/prepare","attempt":1}');
INSERT INTO "journal" VALUES('running',3,1735689196958,'{"kind":"step.completed","path":"fix/prepare","output":{"base":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}');
INSERT INTO "journal" VALUES('running',4,1735689196958,'{"kind":"step.started","path":"fix/plan","attempt":1}');
INSERT INTO "journal" VALUES('running',5,1735689196958,'{"kind":"step.failed","path":"fix/plan","attempt":1,"failure":{"who":"model","sentence":"the model''s answer wasn''t JSON","path":"fix/plan","count":null,"feedback":""}}');
INSERT INTO "journal" VALUES('running',6,1735689196958,'{"kind":"step.started","path":"fix/plan","attempt":2}');
INSERT INTO "journal" VALUES('running',7,1735689196958,'{"kind":"recorded","path":"fix/plan","name":"turn 1","value":{"text":"Zwölf Boxkämpfer \u0000 🥀 ''quoted'' \\ back\nline","n":[1,2.5,null,true]}}');
INSERT INTO "journal" VALUES('resumed',1,1735689196959,'{"kind":"run.started","workflow":"fix","definition":"6666666666666666666666666666666666666666666666666666666666666666","release":"0.1.0","input":{"trigger":{"key":"octo/reds#6:label:resumed","tenant":{"repository":"acme/shop","installation":null},"actor":{"id":1,"login":"maintainer","is_bot":false},"workflow":"fix","goal":"the issue is fixed","issue":{"number":6,"title":"It breaks","body":"","author":"reporter","url":"https://github.com/octo/reds/issues/6"},"context":"it''s urgent","release":"0.1.0"}}}');
INSERT INTO "journal" VALUES('resumed',2,1735689196960,'{"kind":"step.started","path":"fix/prepare","attempt":1}');
INSERT INTO "journal" VALUES('resumed',3,1735689196960,'{"kind":"step.completed","path":"fix/prepare","output":{"base":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}');
INSERT INTO "journal" VALUES('resumed',4,1735689196960,'{"kind":"step.started","path":"fix/plan","attempt":1}');
INSERT INTO "journal" VALUES('resumed',5,1735689196960,'{"kind":"step.failed","path":"fix/plan","attempt":1,"failure":{"who":"model","sentence":"the model''s answer wasn''t JSON","path":"fix/plan","count":null,"feedback":""}}');
INSERT INTO "journal" VALUES('resumed',6,1735689196960,'{"kind":"step.started","path":"fix/plan","attempt":2}');
INSERT INTO "journal" VALUES('resumed',7,1735689196960,'{"kind":"recorded","path":"fix/plan","name":"turn 1","value":{"text":"Zwölf Boxkämpfer \u0000 🥀 ''quoted'' \\ back\nline","n":[1,2.5,null,true]}}');
INSERT INTO "journal" VALUES('resumed',8,1735689196960,'{"kind":"step.completed","path":"fix/plan","output":{"plan":"Zwölf Boxkämpfer \u0000 🥀 ''quoted'' \\ back\nline"}}');
INSERT INTO "journal" VALUES('resumed',9,1735689196960,'{"kind":"suspended","path":"fix/review","waits_for":"Approval"}');
INSERT INTO "journal" VALUES('resumed',10,1735689196961,'{"kind":"resumed","path":"fix/review","key":"k1","by":"maintainer","payload":{"approved":true}}');
INSERT INTO "journal" VALUES('queued',1,1735689196961,'{"kind":"run.started","workflow":"fix","definition":"7777777777777777777777777777777777777777777777777777777777777777","release":"0.1.0","input":{"trigger":{"key":"octo/reds#7:label:queued","tenant":{"repository":"acme/shop","installation":null},"actor":{"id":1,"login":"maintainer","is_bot":false},"workflow":"fix","goal":"the issue is fixed","issue":{"number":7,"title":"It breaks","body":"","author":"reporter","url":"https://github.com/octo/reds/issues/7"},"context":"it''s urgent","release":"0.1.0"}}}');
CREATE TABLE runs (
	number INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	workflow TEXT NOT NULL, 
	status TEXT NOT NULL, 
	path TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	updated_at BIGINT NOT NULL, 
	last_seq BIGINT NOT NULL, 
	fence BIGINT NOT NULL, 
	worker TEXT NOT NULL, 
	lease_until BIGINT NOT NULL, 
	PRIMARY KEY (number), 
	CONSTRAINT runs_id UNIQUE (id), 
	CONSTRAINT runs_key UNIQUE ("key")
);
INSERT INTO "runs" VALUES(1,'completed','octo/reds#1:label:completed','octo/reds#1','fix','completed','fix/plan',1735689196947,1735689196950,9,1,'worker-1',0);
INSERT INTO "runs" VALUES(2,'failed','octo/reds#2:label:failed','octo/reds#2','fix','failed','fix/plan',1735689196951,1735689196952,9,1,'worker-1',0);
INSERT INTO "runs" VALUES(3,'cancelled','octo/reds#3:label:cancelled','octo/reds#3','fix','cancelled','fix/plan',1735689196953,1735689196955,5,1,'worker-1',0);
INSERT INTO "runs" VALUES(4,'suspended','octo/reds#4:label:suspended','octo/reds#4','fix','suspended','fix/review',1735689196956,1735689196956,9,1,'worker-1',0);
INSERT INTO "runs" VALUES(5,'running','octo/reds#5:label:running','octo/reds#5','fix','running','fix/plan',1735689196957,1735689196958,7,1,'worker-1',1735689197158);
INSERT INTO "runs" VALUES(6,'resumed','octo/reds#6:label:resumed','acme/shop#6','fix','queued','fix/review',1735689196958,1735689196961,10,1,'worker-1',0);
INSERT INTO "runs" VALUES(7,'queued','octo/reds#7:label:queued','acme/shop#7','fix','queued','',1735689196961,1735689196961,1,0,'',0);
CREATE TABLE triggers (
	run TEXT NOT NULL, 
	"trigger" TEXT NOT NULL, 
	PRIMARY KEY (run), 
	CONSTRAINT triggers_run FOREIGN KEY(run) REFERENCES runs (id)
);
INSERT INTO "triggers" VALUES('completed','{"key":"octo/reds#1:label:completed","tenant":{"repository":"octo/reds","installation":5},"actor":{"id":1,"login":"maintainer","is_bot":false},"workflow":"fix","goal":"the issue is fixed","issue":{"number":1,"title":"It breaks","body":"Zwölf Boxkämpfer \u0000 🥀 ''quoted'' \\ back\nline","author":"reporter","url":"https://github.com/octo/reds/issues/1"},"context":"it''s urgent","release":"0.1.0"}');
INSERT INTO "triggers" VALUES('failed','{"key":"octo/reds#2:label:failed","tenant":{"repository":"octo/reds","installation":5},"actor":{"id":1,"login":"maintainer","is_bot":false},"workflow":"fix","goal":"the issue is fixed","issue":{"number":2,"title":"It breaks","body":"","author":"reporter","url":"https://github.com/octo/reds/issues/2"},"context":"it''s urgent","release":"0.1.0"}');
INSERT INTO "triggers" VALUES('cancelled','{"key":"octo/reds#3:label:cancelled","tenant":{"repository":"octo/reds","installation":5},"actor":{"id":1,"login":"maintainer","is_bot":false},"workflow":"fix","goal":"the issue is fixed","issue":{"number":3,"title":"It breaks","body":"","author":"reporter","url":"https://github.com/octo/reds/issues/3"},"context":"it''s urgent","release":"0.1.0"}');
INSERT INTO "triggers" VALUES('suspended','{"key":"octo/reds#4:label:suspended","tenant":{"repository":"octo/reds","installation":5},"actor":{"id":1,"login":"maintainer","is_bot":false},"workflow":"fix","goal":"the issue is fixed","issue":{"number":4,"title":"It breaks","body":"","author":"reporter","url":"https://github.com/octo/reds/issues/4"},"context":"it''s urgent","release":"0.1.0"}');
INSERT INTO "triggers" VALUES('running','{"key":"octo/reds#5:label:running","tenant":{"repository":"octo/reds","installation":5},"actor":{"id":1,"login":"maintainer","is_bot":false},"workflow":"fix","goal":"the issue is fixed","issue":{"number":5,"title":"It breaks","body":"","author":"reporter","url":"https://github.com/octo/reds/issues/5"},"context":"it''s urgent","release":"0.1.0"}');
INSERT INTO "triggers" VALUES('resumed','{"key":"octo/reds#6:label:resumed","tenant":{"repository":"acme/shop","installation":null},"actor":{"id":1,"login":"maintainer","is_bot":false},"workflow":"fix","goal":"the issue is fixed","issue":{"number":6,"title":"It breaks","body":"","author":"reporter","url":"https://github.com/octo/reds/issues/6"},"context":"it''s urgent","release":"0.1.0"}');
INSERT INTO "triggers" VALUES('queued','{"key":"octo/reds#7:label:queued","tenant":{"repository":"acme/shop","installation":null},"actor":{"id":1,"login":"maintainer","is_bot":false},"workflow":"fix","goal":"the issue is fixed","issue":{"number":7,"title":"It breaks","body":"","author":"reporter","url":"https://github.com/octo/reds/issues/7"},"context":"it''s urgent","release":"0.1.0"}');
CREATE INDEX deliveries_waiting ON deliveries (number) WHERE state = 'waiting';
CREATE INDEX runs_subject ON runs (subject, number);
CREATE UNIQUE INDEX runs_one_active ON runs (subject) WHERE status IN ('queued', 'running', 'suspended');
CREATE INDEX runs_going ON runs (number) WHERE status IN ('queued', 'running');
COMMIT;
