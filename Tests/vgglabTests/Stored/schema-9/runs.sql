PRAGMA foreign_keys = OFF;
PRAGMA application_id = 1986488172;
BEGIN TRANSACTION;
CREATE TABLE epoch_metric (
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    step INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    time REAL NOT NULL,
    train_loss REAL, train_accuracy REAL, test_loss REAL, test_accuracy REAL,
    examples_per_second REAL, step_examples_per_second REAL,
    elapsed_seconds REAL, remaining_seconds REAL, train_seconds REAL, evaluation_seconds REAL,
    PRIMARY KEY (run, epoch)
) WITHOUT ROWID;
INSERT INTO "epoch_metric" VALUES(1,1,4,8,1.79573972941998481747e+09,2.39513928443193435668e+00,0.0625,2.41249635815620422363e+00,0.0,3.47206188052102163502e+02,3.49925656089273445564e+02,5.0488117998611414805e-02,9.79144779921625740826e-02,4.60821279993979260325e-02,2.87511099668336100876e-03);
INSERT INTO "epoch_metric" VALUES(1,2,8,16,1.79573972944604158402e+09,2.37543402612209320068e+00,0.0625,2.3889846205711364746e+00,0.0,1.30948488567068079642e+03,5.55324633083396179255e+02,7.65777470005559735e-02,3.15855294993525603786e-02,1.2218544998177094385e-02,0.00243519300056505);
INSERT INTO "epoch_metric" VALUES(1,3,12,25,1.79573972947837400436e+09,2.35130114853382110595e+00,0.0,2.35624235868454,0.125,1.25785876774347570971e+03,6.85317663042062122239e+02,1.08927193999988958239e-01,0.0,1.27200289971369784325e-02,2.47815900002024136483e-03);
INSERT INTO "epoch_metric" VALUES(2,1,4,8,1.79573972941998481747e+09,2.39513928443193435668e+00,0.0625,2.41249635815620422363e+00,0.0,3.47206188052102163502e+02,3.49925656089273445564e+02,5.0488117998611414805e-02,9.79144779921625740826e-02,4.60821279993979260325e-02,2.87511099668336100876e-03);
INSERT INTO "epoch_metric" VALUES(2,2,8,16,1.79573972944604158402e+09,2.37543402612209320068e+00,0.0625,2.3889846205711364746e+00,0.0,1.30948488567068079642e+03,5.55324633083396179255e+02,7.65777470005559735e-02,3.15855294993525603786e-02,1.2218544998177094385e-02,0.00243519300056505);
INSERT INTO "epoch_metric" VALUES(2,3,12,26,1.79573972976249647136e+09,2.35651759058237075805e+00,0.0625,2.38828077912330627441e+00,0.0,1.82176678609587639808e+02,1.87895766454451546671e+02,2.04123859999526757746e-01,0.0,8.78268289998231921344e-02,3.17344799987040460109e-03);
INSERT INTO "epoch_metric" VALUES(3,1,4,8,1.79573972997910928728e+09,2.39513928443193435668e+00,0.0625,2.41249635815620422363e+00,0.0,2.47968879162620140736e+02,2.70679178706666505142e+02,7.25926490013080183416e-02,2.63713452601223252713e+00,6.45242259997758083045e-02,3.09460800053784623742e-03);
INSERT INTO "epoch_metric" VALUES(3,2,8,16,1.7957397300062584877e+09,2.37543402612209320068e+00,0.0625,2.3889846205711364746e+00,0.0,1.3062040198803110798e+03,4.51626797101196416402e+02,9.98179980015265755355e-02,1.55661887110545649193e+00,1.22492350019456353038e-02,2.57692400191444903612e-03);
INSERT INTO "epoch_metric" VALUES(4,1,4,8,1.79573973030487823486e+09,2.39513928443193435668e+00,0.0625,2.41249635815620422363e+00,0.0,1.3716611934024274433e+02,1.46651770516134149604e+02,1.22298510999826248735e-01,4.68263421605297480709e+00,1.16646881000633584335e-01,3.42066300072474405169e-03);
INSERT INTO "epoch_metric" VALUES(6,1,4,8,1.7957397308584418297e+09,3.50371812281106379829e+37,0.0625,9.14192920737975438238e+37,0.125,328.877076342276,3.31548950683345879032e+02,5.59103599989612121134e-02,1.08566872004303149878e-01,4.8650396001903573051e-02,5.63304000024800188839e-03);
CREATE TABLE event (
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (run, sequence)
) WITHOUT ROWID;
INSERT INTO "event" VALUES(1,0,'{"event":"run_started","run":"small-1","sequence":0,"time":"2026-11-27T00:35:29.369Z","experiment":{"name":"small","description":"","network":{"variant":null,"blocks":[[1,2],[1,2],[1,2],[1,2],[1,2]],"ratio":1,"kernel":3,"classifier":[4],"dropout":0.5,"weights":null},"data":{"dataset":"made-up","resize":128,"batch_size":4,"shuffle":true,"limit_train":16,"limit_test":8,"sampling":"stratified"},"training":{"optimizer":"sgd","lr":0.05,"momentum":0.9,"weight_decay":0.0,"epochs":3,"seed":0,"precision":"float32"},"engine":{"convolution":"auto","chunk":null},"checkpoint":{"every_epochs":1,"every_minutes":5.0,"every_steps":null}},"dataset":"made-up from /tmp/tmpomlykyqs/data","num_classes":10,"parameters":354,"train_examples":16,"test_examples":8,"steps_per_epoch":4,"threads":1,"machine":"Intel(R) Xeon(R) Processor, 2 cores, 23.6 GiB of memory","engine":"oneDNN 2.6.3, AMX, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4","predicted_memory_bytes":63856680,"resumed_step":0,"inherited_seconds":0.0}');
INSERT INTO "event" VALUES(1,17,'{"event":"checkpoint_saved","run":"small-1","sequence":17,"time":"2026-11-27T00:35:29.462Z","step":4,"epoch":1,"bytes":6732,"seconds":0.00999963299909723}');
INSERT INTO "event" VALUES(1,26,'{"event":"checkpoint_saved","run":"small-1","sequence":26,"time":"2026-11-27T00:35:29.545Z","step":8,"epoch":2,"bytes":6746,"seconds":0.0008268379970104434}');
INSERT INTO "event" VALUES(1,27,'{"event":"checkpoint_saved","run":"small-1","sequence":27,"time":"2026-11-27T00:35:29.545Z","step":12,"epoch":3,"bytes":6707,"seconds":0.0009098670016101096}');
INSERT INTO "event" VALUES(1,28,'{"event":"run_finished","run":"small-1","sequence":28,"time":"2026-11-27T00:35:29.545Z","outcome":"completed","diverged_at_step":null,"reason":null,"step":12,"last_epoch":{"epoch":3,"step":12,"train_loss":2.351301148533821,"train_accuracy":0.0,"test_loss":2.35624235868454,"test_accuracy":0.125,"examples_per_second":1257.8587677434757,"step_examples_per_second":685.3176630420621,"elapsed_seconds":0.10892719399998896,"remaining_seconds":0.0,"train_seconds":0.012720028997136978,"evaluation_seconds":0.0024781590000202414},"best_epoch":{"epoch":3,"step":12,"train_loss":2.351301148533821,"train_accuracy":0.0,"test_loss":2.35624235868454,"test_accuracy":0.125,"examples_per_second":1257.8587677434757,"step_examples_per_second":685.3176630420621,"elapsed_seconds":0.10892719399998896,"remaining_seconds":0.0,"train_seconds":0.012720028997136978,"evaluation_seconds":0.0024781590000202414},"examples_per_second":675.8592727452052,"overall_examples_per_second":271.9476867828059,"step_examples_per_second":685.3176630420621,"elapsed_seconds":0.17650453500027652,"peak_memory_bytes":64049152}');
INSERT INTO "event" VALUES(2,17,'{"event":"run_started","run":"small-2","sequence":17,"time":"2026-11-27T00:35:29.634Z","experiment":{"name":"small","description":"","network":{"variant":null,"blocks":[[1,2],[1,2],[1,2],[1,2],[1,2]],"ratio":1,"kernel":3,"classifier":[4],"dropout":0.5,"weights":null},"data":{"dataset":"made-up","resize":128,"batch_size":4,"shuffle":true,"limit_train":16,"limit_test":8,"sampling":"stratified"},"training":{"optimizer":"sgd","lr":0.001,"momentum":0.9,"weight_decay":0.0,"epochs":3,"seed":0,"precision":"float32"},"engine":{"convolution":"auto","chunk":null},"checkpoint":{"every_epochs":1,"every_minutes":5.0,"every_steps":null}},"dataset":"made-up from /tmp/tmpomlykyqs/data","num_classes":10,"parameters":354,"train_examples":16,"test_examples":8,"steps_per_epoch":4,"threads":1,"machine":"Intel(R) Xeon(R) Processor, 2 cores, 23.6 GiB of memory","engine":"oneDNN 2.6.3, AMX, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4","predicted_memory_bytes":63856680,"resumed_step":8,"inherited_seconds":0.07657774700055597}');
INSERT INTO "event" VALUES(2,18,'{"event":"checkpoint_saved","run":"small-2","sequence":18,"time":"2026-11-27T00:35:29.669Z","step":8,"epoch":2,"bytes":6816,"seconds":0.0034932819980895147}');
INSERT INTO "event" VALUES(2,27,'{"event":"checkpoint_saved","run":"small-2","sequence":27,"time":"2026-11-27T00:35:29.793Z","step":12,"epoch":3,"bytes":6860,"seconds":0.0008682179977768101}');
INSERT INTO "event" VALUES(2,28,'{"event":"run_finished","run":"small-2","sequence":28,"time":"2026-11-27T00:35:29.794Z","outcome":"completed","diverged_at_step":null,"reason":null,"step":12,"last_epoch":{"epoch":3,"step":12,"train_loss":2.3565175905823708,"train_accuracy":0.0625,"test_loss":2.3882807791233063,"test_accuracy":0.0,"examples_per_second":182.17667860958764,"step_examples_per_second":187.89576645445155,"elapsed_seconds":0.20412385999952676,"remaining_seconds":0.0,"train_seconds":0.08782682899982319,"evaluation_seconds":0.0031734479998704046},"best_epoch":{"epoch":1,"step":4,"train_loss":2.3951392844319344,"train_accuracy":0.0625,"test_loss":2.4124963581562042,"test_accuracy":0.0,"examples_per_second":347.20618805210216,"step_examples_per_second":349.92565608927345,"elapsed_seconds":0.050488117998611415,"remaining_seconds":0.09791447799216257,"train_seconds":0.046082127999397926,"evaluation_seconds":0.002875110996683361},"examples_per_second":182.17667860958764,"overall_examples_per_second":100.26747351304968,"step_examples_per_second":187.89576645445155,"elapsed_seconds":0.23615093099942897,"peak_memory_bytes":63754240}');
INSERT INTO "event" VALUES(3,0,'{"event":"run_started","run":"long-1","sequence":0,"time":"2026-11-27T00:35:29.906Z","experiment":{"name":"long","description":"","network":{"variant":null,"blocks":[[1,2],[1,2],[1,2],[1,2],[1,2]],"ratio":1,"kernel":3,"classifier":[4],"dropout":0.5,"weights":null},"data":{"dataset":"made-up","resize":128,"batch_size":4,"shuffle":true,"limit_train":16,"limit_test":8,"sampling":"stratified"},"training":{"optimizer":"sgd","lr":0.05,"momentum":0.9,"weight_decay":0.0,"epochs":40,"seed":0,"precision":"float32"},"engine":{"convolution":"auto","chunk":null},"checkpoint":{"every_epochs":1,"every_minutes":5.0,"every_steps":null}},"dataset":"made-up from /tmp/tmpomlykyqs/data","num_classes":10,"parameters":354,"train_examples":16,"test_examples":8,"steps_per_epoch":4,"threads":1,"machine":"Intel(R) Xeon(R) Processor, 2 cores, 23.6 GiB of memory","engine":"oneDNN 2.6.3, AMX, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4","predicted_memory_bytes":63856680,"resumed_step":0,"inherited_seconds":0.0}');
INSERT INTO "event" VALUES(3,17,'{"event":"checkpoint_saved","run":"long-1","sequence":17,"time":"2026-11-27T00:35:30.014Z","step":4,"epoch":1,"bytes":6725,"seconds":0.010866257001907798}');
INSERT INTO "event" VALUES(3,19,'{"event":"checkpoint_saved","run":"long-1","sequence":19,"time":"2026-11-27T00:35:30.081Z","step":8,"epoch":2,"bytes":6741,"seconds":0.0008279639987449627}');
INSERT INTO "event" VALUES(3,20,'{"event":"checkpoint_saved","run":"long-1","sequence":20,"time":"2026-11-27T00:35:30.081Z","step":9,"epoch":3,"bytes":6757,"seconds":0.0009426820033695549}');
INSERT INTO "event" VALUES(3,21,'{"event":"run_finished","run":"long-1","sequence":21,"time":"2026-11-27T00:35:30.082Z","outcome":"stopped","diverged_at_step":null,"reason":null,"step":9,"last_epoch":{"epoch":2,"step":8,"train_loss":2.375434026122093,"train_accuracy":0.0625,"test_loss":2.3889846205711365,"test_accuracy":0.0,"examples_per_second":1306.204019880311,"step_examples_per_second":451.6267971011964,"elapsed_seconds":0.09981799800152658,"remaining_seconds":1.5566188711054565,"train_seconds":0.012249235001945635,"evaluation_seconds":0.002576924001914449},"best_epoch":{"epoch":1,"step":4,"train_loss":2.3951392844319344,"train_accuracy":0.0625,"test_loss":2.4124963581562042,"test_accuracy":0.0,"examples_per_second":247.96887916262014,"step_examples_per_second":270.6791787066665,"elapsed_seconds":0.07259264900130802,"remaining_seconds":2.6371345260122325,"train_seconds":0.06452422599977581,"evaluation_seconds":0.0030946080005378462},"examples_per_second":451.73803950518567,"overall_examples_per_second":204.80242922803262,"step_examples_per_second":488.7249988447916,"elapsed_seconds":0.17577916500158608,"peak_memory_bytes":64192512}');
INSERT INTO "event" VALUES(4,0,'{"event":"run_started","run":"cut-1","sequence":0,"time":"2026-11-27T00:35:30.182Z","experiment":{"name":"cut","description":"","network":{"variant":null,"blocks":[[1,2],[1,2],[1,2],[1,2],[1,2]],"ratio":1,"kernel":3,"classifier":[4],"dropout":0.5,"weights":null},"data":{"dataset":"made-up","resize":128,"batch_size":4,"shuffle":true,"limit_train":16,"limit_test":8,"sampling":"stratified"},"training":{"optimizer":"sgd","lr":0.05,"momentum":0.9,"weight_decay":0.0,"epochs":40,"seed":0,"precision":"float32"},"engine":{"convolution":"auto","chunk":null},"checkpoint":{"every_epochs":1,"every_minutes":5.0,"every_steps":null}},"dataset":"made-up from /tmp/tmpomlykyqs/data","num_classes":10,"parameters":354,"train_examples":16,"test_examples":8,"steps_per_epoch":4,"threads":1,"machine":"Intel(R) Xeon(R) Processor, 2 cores, 23.6 GiB of memory","engine":"oneDNN 2.6.3, AMX, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4","predicted_memory_bytes":63856680,"resumed_step":0,"inherited_seconds":0.0}');
INSERT INTO "event" VALUES(6,0,'{"event":"run_started","run":"wild-2","sequence":0,"time":"2026-11-27T00:35:30.802Z","experiment":{"name":"wild","description":"","network":{"variant":null,"blocks":[[1,2],[1,2],[1,2],[1,2],[1,2]],"ratio":1,"kernel":3,"classifier":[4],"dropout":0.5,"weights":null},"data":{"dataset":"made-up","resize":128,"batch_size":4,"shuffle":true,"limit_train":16,"limit_test":8,"sampling":"stratified"},"training":{"optimizer":"sgd","lr":1e+38,"momentum":0.9,"weight_decay":0.0,"epochs":3,"seed":0,"precision":"float32"},"engine":{"convolution":"auto","chunk":null},"checkpoint":{"every_epochs":1,"every_minutes":5.0,"every_steps":null}},"dataset":"made-up from /tmp/tmpomlykyqs/data","num_classes":10,"parameters":354,"train_examples":16,"test_examples":8,"steps_per_epoch":4,"threads":1,"machine":"Intel(R) Xeon(R) Processor, 2 cores, 23.6 GiB of memory","engine":"oneDNN 2.6.3, AMX, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4","predicted_memory_bytes":63856680,"resumed_step":0,"inherited_seconds":0.0}');
INSERT INTO "event" VALUES(6,12,'{"event":"checkpoint_saved","run":"wild-2","sequence":12,"time":"2026-11-27T00:35:30.904Z","step":4,"epoch":1,"bytes":6740,"seconds":0.0034013229997071903}');
INSERT INTO "event" VALUES(6,13,'{"event":"run_finished","run":"wild-2","sequence":13,"time":"2026-11-27T00:35:30.904Z","outcome":"diverged","diverged_at_step":7,"reason":null,"step":7,"last_epoch":{"epoch":1,"step":4,"train_loss":3.503718122811064e+37,"train_accuracy":0.0625,"test_loss":9.141929207379754e+37,"test_accuracy":0.125,"examples_per_second":328.877076342276,"step_examples_per_second":331.5489506833459,"elapsed_seconds":0.05591035999896121,"remaining_seconds":0.10856687200430315,"train_seconds":0.04865039600190357,"evaluation_seconds":0.005633040000248002},"best_epoch":{"epoch":1,"step":4,"train_loss":3.503718122811064e+37,"train_accuracy":0.0625,"test_loss":9.141929207379754e+37,"test_accuracy":0.125,"examples_per_second":328.877076342276,"step_examples_per_second":331.5489506833459,"elapsed_seconds":0.05591035999896121,"remaining_seconds":0.10856687200430315,"train_seconds":0.04865039600190357,"evaluation_seconds":0.005633040000248002},"examples_per_second":482.39351530870493,"overall_examples_per_second":392.22249135493735,"step_examples_per_second":488.1819773042392,"elapsed_seconds":0.07138805299837259,"peak_memory_bytes":64094208}');
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('1');
INSERT INTO "grdb_migrations" VALUES('2');
INSERT INTO "grdb_migrations" VALUES('3');
INSERT INTO "grdb_migrations" VALUES('4');
INSERT INTO "grdb_migrations" VALUES('5');
INSERT INTO "grdb_migrations" VALUES('6');
INSERT INTO "grdb_migrations" VALUES('7');
INSERT INTO "grdb_migrations" VALUES('8');
INSERT INTO "grdb_migrations" VALUES('9');
CREATE TABLE name_counter (base TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "name_counter" VALUES('cut',1);
INSERT INTO "name_counter" VALUES('long',1);
INSERT INTO "name_counter" VALUES('small',2);
INSERT INTO "name_counter" VALUES('wild',2);
CREATE TABLE revision (last INTEGER NOT NULL, deletions INTEGER NOT NULL);
INSERT INTO "revision" VALUES(57,1);
CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    experiment TEXT NOT NULL,
    experiment_hash TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    host TEXT NOT NULL,
    machine TEXT NOT NULL,
    threads INTEGER NOT NULL,
    engine TEXT NOT NULL,
    program TEXT NOT NULL,
    dataset TEXT NOT NULL,
    data_checksum TEXT NOT NULL,
    created_at REAL NOT NULL,
    ended_at REAL,
    elapsed_seconds REAL NOT NULL DEFAULT 0,
    step INTEGER NOT NULL DEFAULT 0,
    steps_per_epoch INTEGER NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    epochs INTEGER NOT NULL,
    loss REAL, train_accuracy REAL, test_accuracy REAL,
    best_accuracy REAL, best_epoch INTEGER,
    examples_per_second REAL,
    peak_memory_bytes INTEGER,
    parent_name TEXT, parent_step INTEGER,
    note TEXT NOT NULL DEFAULT ''
, revision INTEGER NOT NULL DEFAULT 0, best_from INTEGER NOT NULL DEFAULT 0, data_facts TEXT, last_step_epoch INTEGER, last_step_in_epoch INTEGER, evaluated_share REAL);
INSERT INTO "run" VALUES(1,'small-1','name: small
description: ""
network:
  blocks: [[1, 2], [1, 2], [1, 2], [1, 2], [1, 2]]
  ratio: 1
  kernel: 3
  classifier: [4]
  dropout: 0.5
  weights: null
data:
  dataset: made-up
  resize: 128
  batch_size: 4
  shuffle: true
  limit_train: 16
  limit_test: 8
  sampling: stratified
training:
  optimizer: sgd
  lr: 0.05
  momentum: 0.9
  weight_decay: 0.0
  epochs: 3
  seed: 0
  precision: float32
engine:
  convolution: auto
  chunk: auto
checkpoint:
  every_epochs: 1
  every_minutes: 5.0
  every_steps: null
','523cc59608ad3cb9757a79054d81deaaf6f6493362530dd7c46d93ebe75519ed','completed','','vm','Intel(R) Xeon(R) Processor, 2 cores, 23.6 GiB of memory',1,'oneDNN 2.6.3, AMX, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4','vgglab 0.1.0 (unknown commit)','made-up from /tmp/tmpomlykyqs/data','6b9fc33cc395c01bdbea78259048702eec8503830d64c60b6c55562af1d9ff22',1.79573972936651968948e+09,1.79573972954535961152e+09,1.76504535000276518985e-01,12,4,3,3,2.35130114853382110595e+00,0.0,0.125,0.125,3,6.75859272745205203131e+02,64049152,NULL,NULL,'',53,0,'{"height":28,"name":"made-up","num_classes":10,"test_examples":20,"train_examples":20,"width":28}',3,4,NULL);
INSERT INTO "run" VALUES(2,'small-2','name: small
description: ""
network:
  blocks: [[1, 2], [1, 2], [1, 2], [1, 2], [1, 2]]
  ratio: 1
  kernel: 3
  classifier: [4]
  dropout: 0.5
  weights: null
data:
  dataset: made-up
  resize: 128
  batch_size: 4
  shuffle: true
  limit_train: 16
  limit_test: 8
  sampling: stratified
training:
  optimizer: sgd
  lr: 0.001
  momentum: 0.9
  weight_decay: 0.0
  epochs: 3
  seed: 0
  precision: float32
engine:
  convolution: auto
  chunk: auto
checkpoint:
  every_epochs: 1
  every_minutes: 5.0
  every_steps: null
','d72860932df85df48ddc77b2c75f8fed0409ff672b2448e52d721b915245639a','completed','','vm','Intel(R) Xeon(R) Processor, 2 cores, 23.6 GiB of memory',1,'oneDNN 2.6.3, AMX, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4','vgglab 0.1.0 (unknown commit)','made-up from /tmp/tmpomlykyqs/data','6b9fc33cc395c01bdbea78259048702eec8503830d64c60b6c55562af1d9ff22',1.79573972960628056526e+09,1.79573972979387044912e+09,2.36150930999428965151e-01,12,4,3,3,2.35651759058237075805e+00,0.0625,0.0,0.0,1,1.82176678609587639808e+02,63754240,'small-1',8,'',54,0,'{"height":28,"name":"made-up","num_classes":10,"test_examples":20,"train_examples":20,"width":28}',3,4,NULL);
INSERT INTO "run" VALUES(3,'long-1','name: long
description: ""
network:
  blocks: [[1, 2], [1, 2], [1, 2], [1, 2], [1, 2]]
  ratio: 1
  kernel: 3
  classifier: [4]
  dropout: 0.5
  weights: null
data:
  dataset: made-up
  resize: 128
  batch_size: 4
  shuffle: true
  limit_train: 16
  limit_test: 8
  sampling: stratified
training:
  optimizer: sgd
  lr: 0.05
  momentum: 0.9
  weight_decay: 0.0
  epochs: 40
  seed: 0
  precision: float32
engine:
  convolution: auto
  chunk: auto
checkpoint:
  every_epochs: 1
  every_minutes: 5.0
  every_steps: null
','4514e070d1d9654614dfa67cfb1c34ee2b4f5be0d90ed1ad61cd2d9a3536e87f','stopped','','vm','Intel(R) Xeon(R) Processor, 2 cores, 23.6 GiB of memory',1,'oneDNN 2.6.3, AMX, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4','vgglab 0.1.0 (unknown commit)','made-up from /tmp/tmpomlykyqs/data','6b9fc33cc395c01bdbea78259048702eec8503830d64c60b6c55562af1d9ff22',1.79573972988675308222e+09,1.79573973008163309096e+09,1.75779165001586079597e-01,9,4,2,40,2.36006879806518554687e+00,0.0,0.0,0.0,1,4.51738039505185668071e+02,64192512,NULL,NULL,'',55,0,'{"height":28,"name":"made-up","num_classes":10,"test_examples":20,"train_examples":20,"width":28}',3,1,NULL);
INSERT INTO "run" VALUES(4,'cut-1','name: cut
description: ""
network:
  blocks: [[1, 2], [1, 2], [1, 2], [1, 2], [1, 2]]
  ratio: 1
  kernel: 3
  classifier: [4]
  dropout: 0.5
  weights: null
data:
  dataset: made-up
  resize: 128
  batch_size: 4
  shuffle: true
  limit_train: 16
  limit_test: 8
  sampling: stratified
training:
  optimizer: sgd
  lr: 0.05
  momentum: 0.9
  weight_decay: 0.0
  epochs: 40
  seed: 0
  precision: float32
engine:
  convolution: auto
  chunk: auto
checkpoint:
  every_epochs: 1
  every_minutes: 5.0
  every_steps: null
','052554ac5006da052471b547308ea8df13e0397e350a04389126ba6518cbe5e6','running','','vm','Intel(R) Xeon(R) Processor, 2 cores, 23.6 GiB of memory',1,'oneDNN 2.6.3, AMX, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4','vgglab 0.1.0 (unknown commit)','made-up from /tmp/tmpomlykyqs/data','6b9fc33cc395c01bdbea78259048702eec8503830d64c60b6c55562af1d9ff22',1.79573973016624498363e+09,NULL,1.22298510999826248735e-01,4,4,1,40,2.39513928443193435668e+00,0.0625,0.0,0.0,1,1.3716611934024274433e+02,NULL,NULL,NULL,'',56,0,'{"height":28,"name":"made-up","num_classes":10,"test_examples":20,"train_examples":20,"width":28}',1,4,NULL);
INSERT INTO "run" VALUES(6,'wild-2','name: wild
description: ""
network:
  blocks: [[1, 2], [1, 2], [1, 2], [1, 2], [1, 2]]
  ratio: 1
  kernel: 3
  classifier: [4]
  dropout: 0.5
  weights: null
data:
  dataset: made-up
  resize: 128
  batch_size: 4
  shuffle: true
  limit_train: 16
  limit_test: 8
  sampling: stratified
training:
  optimizer: sgd
  lr: 1e+38
  momentum: 0.9
  weight_decay: 0.0
  epochs: 3
  seed: 0
  precision: float32
engine:
  convolution: auto
  chunk: auto
checkpoint:
  every_epochs: 1
  every_minutes: 5.0
  every_steps: null
','b4e8f54eda7121d2221363fc07cdf97352016d614208f598fa1d75ea6505c8ff','diverged','loss or gradient was no longer finite at step 7','vm','Intel(R) Xeon(R) Processor, 2 cores, 23.6 GiB of memory',1,'oneDNN 2.6.3, AMX, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4','vgglab 0.1.0 (unknown commit)','made-up from /tmp/tmpomlykyqs/data','6b9fc33cc395c01bdbea78259048702eec8503830d64c60b6c55562af1d9ff22',1.79573973077815866473e+09,1.79573973090357542035e+09,7.1388052998372586444e-02,7,4,1,3,9e999,8.33333333333333287074e-02,0.125,0.125,1,4.82393515308704934341e+02,64094208,NULL,NULL,'far too fast',57,0,'{"height":28,"name":"made-up","num_classes":10,"test_examples":20,"train_examples":20,"width":28}',2,3,NULL);
CREATE TABLE step_metric (
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    time REAL NOT NULL,
    epoch INTEGER NOT NULL,
    step_in_epoch INTEGER NOT NULL,
    loss REAL, mean_loss REAL, mean_accuracy REAL,
    examples_per_second REAL, elapsed_seconds REAL, remaining_seconds REAL, gradient_norm REAL, dead_share REAL, layers TEXT, steps_per_epoch INTEGER, examples_seen INTEGER, mean_examples_per_second REAL,
    PRIMARY KEY (run, step)
) WITHOUT ROWID;
INSERT INTO "step_metric" VALUES(1,1,1,1.79573972940631556511e+09,1,1,2.40621769428253173828e+00,2.40621769428253173828e+00,0.0,1.09282597722850738364e+02,3.74484630010556429624e-02,4.94159706548133625947e-01,4.10947853219040593053e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,4,1.09282597722850738364e+02);
INSERT INTO "step_metric" VALUES(1,2,2,1.79573972940943694118e+09,1,2,2.55836242437362670898e+00,2.48229005932807922363e+00,0.0,2.01356635309604030219e+02,4.0576612998847849667e-02,2.48330810378597360843e-01,4.49422342355940918068e-01,4.28571428571428547638e-01,NULL,4,8,2.01356635309604030219e+02);
INSERT INTO "step_metric" VALUES(1,3,3,1.79573972941303896906e+09,1,3,2.32524603605270385742e+00,2.42994205156962062019e+00,0.0,2.7691471410167639534e+02,4.41807540009904187172e-02,1.66127165075996813259e-01,5.32578266373769926289e-01,4.28571428571428547638e-01,NULL,4,12,2.7691471410167639534e+02);
INSERT INTO "step_metric" VALUES(1,4,4,1.79573972941578769682e+09,1,4,2.29073098301887512207e+00,2.39513928443193435668e+00,0.0625,3.47206188052102163502e+02,4.69282400008523836731e-02,1.20974388898963475247e-01,3.81296953061613264068e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,16,3.47206188052102163502e+02);
INSERT INTO "step_metric" VALUES(1,5,9,1.7957397294331331253e+09,2,1,2.38112115859985351562e+00,2.38112115859985351562e+00,0.0,4.07280696354148574311e+02,6.42694810012471862137e-02,7.44988767924951306165e-02,4.09394437750687401056e-01,4.28571428571428547638e-01,NULL,4,20,1.3227277026227363876e+03);
INSERT INTO "step_metric" VALUES(1,6,10,1.79573972943606376649e+09,2,2,2.29927325248718261718e+00,2.3401972055435180664e+00,0.125,4.61206233425519030767e+02,6.72007569992274511605e-02,5.77876799907244276255e-02,3.87164504420537070039e-01,4.28571428571428547638e-01,NULL,4,24,1.343334458836151498e+03);
INSERT INTO "step_metric" VALUES(1,7,11,1.79573972943937587741e+09,2,3,2.34678423404693603515e+00,2.34239288171132420401e+00,8.33333333333333287074e-02,5.05826763026680225731e+02,7.0518218999495729804e-02,4.52894505630995619638e-02,3.98523246663836372416e-01,4.28571428571428547638e-01,NULL,4,28,1.29410861392049832834e+03);
INSERT INTO "step_metric" VALUES(1,8,12,1.79573972944232416147e+09,2,4,2.47455745935440063476e+00,2.37543402612209320068e+00,0.0625,5.48878741096711223693e+02,7.34639719994447659701e-02,3.49005584921542322263e-02,4.26670632961707707586e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,32,1.30948488567068079642e+03);
INSERT INTO "step_metric" VALUES(1,9,18,1.79573972946500539779e+09,3,1,2.36006879806518554687e+00,2.36006879806518554687e+00,0.0,5.86720529381128471854e+02,0.0961452890005603,2.28878606661358716123e-02,4.02114117470081355865e-01,4.28571428571428547638e-01,NULL,4,36,1.30833112589367783588e+03);
INSERT INTO "step_metric" VALUES(1,10,19,1.79573972946786117547e+09,3,2,2.19955772161483764648e+00,2.27981325984001159667e+00,0.0,6.2292223318796425247e+02,9.90007590007735416293e-02,1.52778875999501906335e-02,3.62300862500340437044e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,40,1.35299688825573753096e+03);
INSERT INTO "step_metric" VALUES(1,11,20,1.79573972947181224827e+09,3,3,2.50403010845184326171e+00,2.35455220937728881835e+00,0.0,6.45476504355829433729e+02,1.02953981000609928742e-01,8.63216527299796865246e-03,4.35272831940779592052e-01,4.28571428571428547638e-01,NULL,4,44,1.21629568644675282486e+03);
INSERT INTO "step_metric" VALUES(1,12,21,1.79573972947466754907e+09,3,4,2.34154796600341796875e+00,2.35130114853382110595e+00,0.0,6.75859272745205203131e+02,1.0580798799855983816e-01,0.00243519300056505,3.9625790897984253247e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,48,1.25785876774347570971e+03);
INSERT INTO "step_metric" VALUES(2,1,1,1.79573972940631556511e+09,1,1,2.40621769428253173828e+00,2.40621769428253173828e+00,0.0,1.09282597722850738364e+02,3.74484630010556429624e-02,4.94159706548133625947e-01,4.10947853219040593053e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,4,1.09282597722850738364e+02);
INSERT INTO "step_metric" VALUES(2,2,2,1.79573972940943694118e+09,1,2,2.55836242437362670898e+00,2.48229005932807922363e+00,0.0,2.01356635309604030219e+02,4.0576612998847849667e-02,2.48330810378597360843e-01,4.49422342355940918068e-01,4.28571428571428547638e-01,NULL,4,8,2.01356635309604030219e+02);
INSERT INTO "step_metric" VALUES(2,3,3,1.79573972941303896906e+09,1,3,2.32524603605270385742e+00,2.42994205156962062019e+00,0.0,2.7691471410167639534e+02,4.41807540009904187172e-02,1.66127165075996813259e-01,5.32578266373769926289e-01,4.28571428571428547638e-01,NULL,4,12,2.7691471410167639534e+02);
INSERT INTO "step_metric" VALUES(2,4,4,1.79573972941578769682e+09,1,4,2.29073098301887512207e+00,2.39513928443193435668e+00,0.0625,3.47206188052102163502e+02,4.69282400008523836731e-02,1.20974388898963475247e-01,3.81296953061613264068e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,16,3.47206188052102163502e+02);
INSERT INTO "step_metric" VALUES(2,5,9,1.7957397294331331253e+09,2,1,2.38112115859985351562e+00,2.38112115859985351562e+00,0.0,4.07280696354148574311e+02,6.42694810012471862137e-02,7.44988767924951306165e-02,4.09394437750687401056e-01,4.28571428571428547638e-01,NULL,4,20,1.3227277026227363876e+03);
INSERT INTO "step_metric" VALUES(2,6,10,1.79573972943606376649e+09,2,2,2.29927325248718261718e+00,2.3401972055435180664e+00,0.125,4.61206233425519030767e+02,6.72007569992274511605e-02,5.77876799907244276255e-02,3.87164504420537070039e-01,4.28571428571428547638e-01,NULL,4,24,1.343334458836151498e+03);
INSERT INTO "step_metric" VALUES(2,7,11,1.79573972943937587741e+09,2,3,2.34678423404693603515e+00,2.34239288171132420401e+00,8.33333333333333287074e-02,5.05826763026680225731e+02,7.0518218999495729804e-02,4.52894505630995619638e-02,3.98523246663836372416e-01,4.28571428571428547638e-01,NULL,4,28,1.29410861392049832834e+03);
INSERT INTO "step_metric" VALUES(2,8,12,1.79573972944232416147e+09,2,4,2.47455745935440063476e+00,2.37543402612209320068e+00,0.0625,5.48878741096711223693e+02,7.34639719994447659701e-02,3.49005584921542322263e-02,4.26670632961707707586e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,32,1.30948488567068079642e+03);
INSERT INTO "step_metric" VALUES(2,9,19,1.79573972974715614318e+09,3,1,2.36006879806518554687e+00,2.36006879806518554687e+00,0.0,51.9375443750814,1.89420323000376811251e-01,2.95245998343175442002e-01,4.02114117470081355865e-01,4.28571428571428547638e-01,NULL,4,36,51.9375443750814);
INSERT INTO "step_metric" VALUES(2,10,20,1.79573972975075531006e+09,3,2,2.1943441629409790039e+00,2.27720648050308227539e+00,0.0,9.92266682788271197051e+01,1.93028231999051058664e-01,1.1422687405632057922e-01,3.6129979202946582717e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,40,9.92266682788271197051e+01);
INSERT INTO "step_metric" VALUES(2,11,21,1.79573972975490212446e+09,3,3,2.52886188030242919921e+00,2.36109161376953125e+00,0.0,1.41549899203614472755e+02,0.197180503000709,5.18146051800692716837e-02,4.40662077432710685975e-01,4.28571428571428547638e-01,NULL,4,44,1.41549899203614472755e+02);
INSERT INTO "step_metric" VALUES(2,12,22,1.79573972975795650487e+09,3,4,2.34279552102088928222e+00,2.35651759058237075805e+00,0.0625,1.82176678609587639808e+02,0.20023157399919,1.83028484543817197838e-02,3.95584438106798774725e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,48,1.82176678609587639808e+02);
INSERT INTO "step_metric" VALUES(3,1,1,1.79573972995554852487e+09,1,1,2.40621769428253173828e+00,2.40621769428253173828e+00,0.0,8.24741638873384204106e+01,4.96830250012862961739e-02,9.328667904673006106e+00,4.10947853219040593053e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,4,8.24741638873384204106e+01);
INSERT INTO "step_metric" VALUES(3,2,2,1.79573972996379566191e+09,1,2,2.55836242437362670898e+00,2.48229005932807922363e+00,0.0,1.40976429183347221401e+02,5.79300630015495698899e-02,5.42909257990317239972e+00,4.49422342355940918068e-01,4.28571428571428547638e-01,NULL,4,8,1.40976429183347221401e+02);
INSERT INTO "step_metric" VALUES(3,3,3,1.79573972996872591968e+09,1,3,2.32524603605270385742e+00,2.42994205156962062019e+00,0.0,194.535100510265,0.0628685140000016,3.91381341271304483697e+00,5.32578266373769926289e-01,4.28571428571428547638e-01,NULL,4,12,194.535100510265);
INSERT INTO "step_metric" VALUES(3,4,4,1.79573972997454261784e+09,1,4,2.29073098301887512207e+00,2.39513928443193435668e+00,0.0625,2.47968879162620140736e+02,6.57072140020318329334e-02,3.05431104168464218062e+00,3.81296953061613264068e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,16,2.47968879162620140736e+02);
INSERT INTO "step_metric" VALUES(3,5,9,1.79573972999307012558e+09,2,1,2.38112115859985351562e+00,2.38112115859985351562e+00,0.0,2.96259608386501554367e+02,0.0872092680001515,2.21344884100471972487e+00,4.09394437750687401056e-01,4.28571428571428547638e-01,NULL,4,20,1.34042282981435505466e+03);
INSERT INTO "step_metric" VALUES(3,6,10,1.79573972999597787853e+09,2,2,2.29927325248718261718e+00,2.3401972055435180664e+00,0.125,3.40822021533523638941e+02,0.090118894000625,1.92808466035300307694e+00,3.87164504420537070039e-01,4.28571428571428547638e-01,NULL,4,24,1.35736802264306402317e+03);
INSERT INTO "step_metric" VALUES(3,7,11,1.79573972999942040439e+09,2,3,2.34678423404693603515e+00,2.34239288171132420401e+00,8.33333333333333287074e-02,3.79081312961572621141e+02,9.35636899994278792291e-02,1.7351190681365551427e+00,3.98523246663836372416e-01,4.28571428571428547638e-01,NULL,4,28,1.28499537683459652721e+03);
INSERT INTO "step_metric" VALUES(3,8,12,1.79573973000233292575e+09,2,4,2.47455745935440063476e+00,2.37543402612209320068e+00,0.0625,4.16810699719301226175e+02,9.64743700023973360657e-02,1.57938547105368343181e+00,4.26670632961707707586e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,32,1.3062040198803110798e+03);
INSERT INTO "step_metric" VALUES(3,9,18,1.79573973001655769351e+09,3,1,2.36006879806518554687e+00,2.36006879806518554687e+00,0.0,4.51738039505185668071e+02,1.10700150002230657264e-01,1.43498120145037910688e+00,4.02114117470081355865e-01,4.28571428571428547638e-01,NULL,4,36,1.37045296510890943859e+03);
INSERT INTO "step_metric" VALUES(4,1,1,1.79573973027831840514e+09,1,1,2.40621769428253173828e+00,2.40621769428253173828e+00,0.0,4.20191146851482173491e+01,9.64143839992175344377e-02,1.8310097473150548808e+01,4.10947853219040593053e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,4,4.20191146851482173491e+01);
INSERT INTO "step_metric" VALUES(4,2,2,1.79573973028869056703e+09,1,2,2.55836242437362670898e+00,2.48229005932807922363e+00,0.0,7.93532818630511798101e+01,1.02034599000035086646e-01,9.64514721573138,4.49422342355940918068e-01,4.28571428571428547638e-01,NULL,4,8,7.93532818630511798101e+01);
INSERT INTO "step_metric" VALUES(4,3,3,1.7957397302965714932e+09,1,3,2.32524603605270385742e+00,2.42994205156962062019e+00,0.0,1.05767892481842949335e+02,1.14675594002619618549e-01,7.19853698277347930911e+00,5.32578266373769926289e-01,4.28571428571428547638e-01,NULL,4,12,1.05767892481842949335e+02);
INSERT INTO "step_metric" VALUES(4,4,4,1.79573973029976558684e+09,1,4,2.29073098301887512207e+00,2.39513928443193435668e+00,0.0625,1.3716611934024274433e+02,1.17866494001646060496e-01,5.521582802396537204e+00,3.81296953061613264068e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,16,1.3716611934024274433e+02);
INSERT INTO "step_metric" VALUES(6,1,1,1.79573973083937048914e+09,1,1,2.40621769428253173828e+00,2.40621769428253173828e+00,0.0,1.09379416191780322266e+02,3.74789679990499280393e-02,4.93722295306965541783e-01,4.10947853219040593053e-01,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,4,1.09379416191780322266e+02);
INSERT INTO "step_metric" VALUES(6,2,2,1.79573973084274101253e+09,1,2,1.99299925955834208229e+37,9.96499629779171e+36,0.125,2.00258989940769367883e+02,0.0408572849992197,2.49691943599291421573e-01,8.66025403784438596588e-01,4.28571428571428547638e-01,NULL,4,8,2.00258989940769367883e+02);
INSERT INTO "step_metric" VALUES(6,3,3,1.79573973084857916836e+09,1,3,3.56148863685020487389e+37,1.85149596546951573077e+37,8.33333333333333287074e-02,2.62078791058248214093e+02,4.66967729989846702665e-02,1.75531397393073551604e-01,1.17260393995585743276e+00,4.28571428571428547638e-01,NULL,4,12,2.62078791058248214093e+02);
INSERT INTO "step_metric" VALUES(6,4,4,1.7957397308514435291e+09,1,4,8.4603845948357082364e+37,3.50371812281106379829e+37,0.0625,328.877076342276,4.95594120002351701259e-02,1.27716583012393775087e-01,1.11803398874989490252e+00,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":0.0},{"layer":"features.3","dead_share":0.0,"update_ratio":0.0},{"layer":"features.6","dead_share":0.5,"update_ratio":0.0},{"layer":"features.9","dead_share":0.5,"update_ratio":0.0},{"layer":"features.12","dead_share":0.0,"update_ratio":0.0},{"layer":"classifier.0","dead_share":1.0,"update_ratio":0.0},{"layer":"classifier.3","dead_share":null,"update_ratio":0.0}]',4,16,328.877076342276);
INSERT INTO "step_metric" VALUES(6,5,9,1795739730.86507,2,1,7.28014769396006690719e+37,7.28014769396006690719e+37,0.0,3.86651760453558836147e+02,6.31847299991932231932e-02,8.36826648032001768617e-02,1.11803398874989490252e+00,4.28571428571428547638e-01,NULL,4,20,1.30050173355698302658e+03);
INSERT INTO "step_metric" VALUES(6,6,10,1.79573973086804533011e+09,2,2,6.04631661733026641494e+37,6.66323215564516666128e+37,0.125,4.38726858506148460021e+02,6.61623380001401528716e-02,6.5969820003374479711e-02,8.66025403784438596588e-01,4.28571428571428547638e-01,NULL,4,24,1.32158357408922802283e+03);
INSERT INTO "step_metric" VALUES(6,7,11,1.79573973087138175964e+09,2,3,9e999,9e999,8.33333333333333287074e-02,4.82393515308704934341e+02,6.95024960004957392811e-02,5.27260071456631881914e-02,1.11803398874989490252e+00,4.28571428571428547638e-01,'[{"layer":"features.0","dead_share":0.0,"update_ratio":null},{"layer":"features.3","dead_share":0.0,"update_ratio":null},{"layer":"features.6","dead_share":0.5,"update_ratio":null},{"layer":"features.9","dead_share":0.5,"update_ratio":null},{"layer":"features.12","dead_share":0.0,"update_ratio":null},{"layer":"classifier.0","dead_share":1.0,"update_ratio":null},{"layer":"classifier.3","dead_share":null,"update_ratio":null}]',4,28,1.27747883572072782958e+03);
CREATE TABLE tag (
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (run, tag)
) WITHOUT ROWID;
INSERT INTO "tag" VALUES(1,'final');
INSERT INTO "tag" VALUES(1,'paper');
CREATE INDEX run_revision ON run (revision);
CREATE TRIGGER run_added AFTER INSERT ON run BEGIN UPDATE revision SET last = last + 1; UPDATE run SET revision = (SELECT last FROM revision) WHERE id = NEW.id; END;
CREATE TRIGGER run_changed AFTER UPDATE ON run WHEN NEW.revision = OLD.revision
    BEGIN UPDATE revision SET last = last + 1; UPDATE run SET revision = (SELECT last FROM revision) WHERE id = NEW.id; END;
CREATE TRIGGER run_deleted AFTER DELETE ON run
    BEGIN UPDATE revision SET deletions = deletions + 1; END;
CREATE TRIGGER tag_added AFTER INSERT ON tag BEGIN UPDATE revision SET last = last + 1; UPDATE run SET revision = (SELECT last FROM revision) WHERE id = NEW.run; END;
CREATE TRIGGER tag_removed AFTER DELETE ON tag BEGIN UPDATE revision SET last = last + 1; UPDATE run SET revision = (SELECT last FROM revision) WHERE id = OLD.run; END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('run',6);
COMMIT;
