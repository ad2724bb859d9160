PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO grdb_migrations VALUES('1');
INSERT INTO grdb_migrations VALUES('2');
INSERT INTO grdb_migrations VALUES('3');
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
, revision INTEGER NOT NULL DEFAULT 0);
INSERT INTO run VALUES(1,'small-1',replace('name: small\ndescription: ""\nnetwork:\n  blocks: [[1, 2], [1, 2], [1, 2], [1, 2], [1, 2]]\n  ratio: 1\n  kernel: 3\n  classifier: [4]\n  dropout: 0.5\n  weights: null\ndata:\n  dataset: made-up\n  resize: 128\n  batch_size: 4\n  shuffle: true\n  limit_train: 16\n  limit_test: 8\ntraining:\n  optimizer: sgd\n  lr: 0.05\n  momentum: 0.9\n  weight_decay: 0.0\n  epochs: 3\n  seed: 0\n  precision: float32\nengine:\n  convolution: auto\n  chunk: auto\ncheckpoint:\n  every_epochs: 1\n  every_minutes: 5.0\n  every_steps: null\n','\n',char(10)),'7ea42558b5f8183c8c6fe133b8c66931287ec95764cccba87bab7935055188e1','completed','','vm','AMD EPYC, 2 cores, 23.5 GiB of memory',1,'oneDNN 2.6.3, AVX-512 BF16, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4','vgglab 0.1.0','made-up from data','6b9fc33cc395c01bdbea78259048702eec8503830d64c60b6c55562af1d9ff22',1795667272.8523950577,1795667273.0817854404,0.20856692099982865329,12,4,3,3,2.3013637438416481018,0.125,0.125,0.125,1,298.39465169278844313,62042112,NULL,NULL,'',45);
INSERT INTO run VALUES(2,'small-2',replace('name: small\ndescription: ""\nnetwork:\n  blocks: [[1, 2], [1, 2], [1, 2], [1, 2], [1, 2]]\n  ratio: 1\n  kernel: 3\n  classifier: [4]\n  dropout: 0.5\n  weights: null\ndata:\n  dataset: made-up\n  resize: 128\n  batch_size: 4\n  shuffle: true\n  limit_train: 16\n  limit_test: 8\ntraining:\n  optimizer: sgd\n  lr: 0.001\n  momentum: 0.9\n  weight_decay: 0.0\n  epochs: 3\n  seed: 0\n  precision: float32\nengine:\n  convolution: auto\n  chunk: auto\ncheckpoint:\n  every_epochs: 1\n  every_minutes: 5.0\n  every_steps: null\n','\n',char(10)),'564843bec9f5ef8b5915e9eadf3b43dcd80f86f8912dcd126acfe0699a74ebd2','completed','','vm','AMD EPYC, 2 cores, 23.5 GiB of memory',1,'oneDNN 2.6.3, AVX-512 BF16, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4','vgglab 0.1.0','made-up from data','6b9fc33cc395c01bdbea78259048702eec8503830d64c60b6c55562af1d9ff22',1795667273.1463971138,1795667273.2862820624,0.29592079000008197908,12,4,3,3,2.2971373349428176879,0.125,0.125,0.125,1,203.93247754855994458,63463424,'small-1',8,'',20);
INSERT INTO run VALUES(4,'long-1',replace('name: long\ndescription: ""\nnetwork:\n  blocks: [[1, 2], [1, 2], [1, 2], [1, 2], [1, 2]]\n  ratio: 1\n  kernel: 3\n  classifier: [4]\n  dropout: 0.5\n  weights: null\ndata:\n  dataset: made-up\n  resize: 128\n  batch_size: 4\n  shuffle: true\n  limit_train: 16\n  limit_test: 8\ntraining:\n  optimizer: sgd\n  lr: 0.05\n  momentum: 0.9\n  weight_decay: 0.0\n  epochs: 40\n  seed: 0\n  precision: float32\nengine:\n  convolution: auto\n  chunk: auto\ncheckpoint:\n  every_epochs: 1\n  every_minutes: 5.0\n  every_steps: null\n','\n',char(10)),'7b240d2cb7df2c0f974dc8ec82277680be6bf8eaed53bf6ad4111832cfd23aa8','stopped','','vm','AMD EPYC, 2 cores, 23.5 GiB of memory',1,'oneDNN 2.6.3, AVX-512 BF16, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4','vgglab 0.1.0','made-up from data','6b9fc33cc395c01bdbea78259048702eec8503830d64c60b6c55562af1d9ff22',1795667273.7356534003,1795667273.9488372803,0.2099747679999381944,11,4,2,40,2.2889375587304434667,0.16666666666666665741,0.125,0.125,1,250.97819034873205623,63393792,NULL,NULL,'',40);
INSERT INTO run VALUES(5,'cut-1',replace('name: cut\ndescription: ""\nnetwork:\n  blocks: [[1, 2], [1, 2], [1, 2], [1, 2], [1, 2]]\n  ratio: 1\n  kernel: 3\n  classifier: [4]\n  dropout: 0.5\n  weights: null\ndata:\n  dataset: made-up\n  resize: 128\n  batch_size: 4\n  shuffle: true\n  limit_train: 16\n  limit_test: 8\ntraining:\n  optimizer: sgd\n  lr: 0.05\n  momentum: 0.9\n  weight_decay: 0.0\n  epochs: 40\n  seed: 0\n  precision: float32\nengine:\n  convolution: auto\n  chunk: auto\ncheckpoint:\n  every_epochs: 1\n  every_minutes: 5.0\n  every_steps: null\n','\n',char(10)),'111f6fa93d130d8e19b5eedb3e23808883c80226dabbc73c9572ec41884490d4','running','','vm','AMD EPYC, 2 cores, 23.5 GiB of memory',1,'oneDNN 2.6.3, AVX-512 BF16, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4','vgglab 0.1.0','made-up from data','6b9fc33cc395c01bdbea78259048702eec8503830d64c60b6c55562af1d9ff22',1795667274.0131411552,NULL,0.19713002299999971,4,4,1,40,2.3201770037412643432,0.125,0.125,0.125,1,85.635320926154605558,NULL,NULL,NULL,'',43);
INSERT INTO run VALUES(6,'wild-2',replace('name: wild\ndescription: ""\nnetwork:\n  blocks: [[1, 2], [1, 2], [1, 2], [1, 2], [1, 2]]\n  ratio: 1\n  kernel: 3\n  classifier: [4]\n  dropout: 0.5\n  weights: null\ndata:\n  dataset: made-up\n  resize: 128\n  batch_size: 4\n  shuffle: true\n  limit_train: 16\n  limit_test: 8\ntraining:\n  optimizer: sgd\n  lr: 1e+38\n  momentum: 0.9\n  weight_decay: 0.0\n  epochs: 3\n  seed: 0\n  precision: float32\nengine:\n  convolution: auto\n  chunk: auto\ncheckpoint:\n  every_epochs: 1\n  every_minutes: 5.0\n  every_steps: null\n','\n',char(10)),'5faf47fa575f6a89d6c6d3f7e4f4f7e002dde572fdb81e1ba50c57267b314b78','diverged','the loss was no longer finite at step 8','vm','AMD EPYC, 2 cores, 23.5 GiB of memory',1,'oneDNN 2.6.3, AVX-512 BF16, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4','vgglab 0.1.0','made-up from data','6b9fc33cc395c01bdbea78259048702eec8503830d64c60b6c55562af1d9ff22',1795667280.241827011,1795667280.3590512275,0.10641515300017090339,8,4,1,3,1e999,0.0,0.125,0.125,1,348.29956235263665575,63180800,NULL,NULL,'far too fast',53);
CREATE TABLE name_counter (base TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO name_counter VALUES('cut',1);
INSERT INTO name_counter VALUES('long',1);
INSERT INTO name_counter VALUES('small',2);
INSERT INTO name_counter VALUES('wild',2);
CREATE TABLE tag (
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (run, tag)
) WITHOUT ROWID;
INSERT INTO tag VALUES(1,'final');
INSERT INTO tag VALUES(1,'paper');
CREATE TABLE step_metric (
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    time REAL NOT NULL,
    epoch INTEGER NOT NULL,
    step_in_epoch INTEGER NOT NULL,
    loss REAL, mean_loss REAL, mean_accuracy REAL,
    examples_per_second REAL, elapsed_seconds REAL, remaining_seconds REAL, gradient_norm REAL, dead_share REAL,
    PRIMARY KEY (run, step)
) WITHOUT ROWID;
INSERT INTO step_metric VALUES(1,1,1,1795667272.9874372482,1,1,1.9895499348640441894,1.9895499348640441894,0.5,35.24520259258197541,0.1148486590000175056,1.5322101292987782006,0.45556200685656272897,1.0);
INSERT INTO step_metric VALUES(1,2,2,1795667272.9908730984,1,2,2.4278098344802856445,2.2086798846721649169,0.25,68.418015636857816728,0.11828630299987707985,0.73084634150956373499,0.55337072614730287156,1.0);
INSERT INTO step_metric VALUES(1,3,3,1795667272.9950094222,1,3,2.3180180788040161132,2.2451259493827819824,0.16666666666666665741,99.119816852287414123,0.12242363499990460695,0.46411563179235265641,0.39524966633931601922,1.0);
INSERT INTO step_metric VALUES(1,4,4,1795667272.9984357357,1,4,2.5453301668167114257,2.3201770037412643432,0.125,128.523496765877411,0.12584889100003238127,0.3268122754087199322,0.44247304236200285521,1.0);
INSERT INTO step_metric VALUES(1,5,6,1795667273.0144586562,2,1,2.1681151092052459716,2.1681151092052459716,0.25,1111.9107602350800334,0.14186909599993668962,0.18856359040055395426,0.34880705894774632902,1.0);
INSERT INTO step_metric VALUES(1,6,7,1795667273.0188179016,2,2,2.5361440777778625488,2.3521295934915542602,0.125,1005.2251603754677944,0.14623010099990096932,0.14168928900039645668,0.56846439400711434863,1.0);
INSERT INTO step_metric VALUES(1,7,9,1795667273.024172306,2,3,2.435523390769958496,2.3799275259176888575,0.083333333333333328707,906.33640170162107097,0.1515118019999590615,0.10761928371464687947,0.55011893416971680004,1.0);
INSERT INTO step_metric VALUES(1,8,10,1795667273.027215004,2,4,2.1189601421356201171,2.3146856799721717834,0.125,978.07001965754420784,0.15463043199997628107,0.079664819000299758045,0.48817503727623490217,1.0);
INSERT INTO step_metric VALUES(1,9,12,1795667273.0415127276,3,1,2.234058380126953125,2.234058380126953125,0.25,685.36396680352345356,0.16892581699994480004,0.05498849666681356052,0.36875513929891373665,1.0);
INSERT INTO step_metric VALUES(1,10,13,1795667273.0473809242,3,2,2.3504919111728668212,2.2922751456499099731,0.25,683.45120302757698029,0.17479479999997238337,0.036604171000089988363,0.39651624429337745114,1.0);
INSERT INTO step_metric VALUES(1,11,14,1795667273.0528042316,3,3,2.2822623848915100097,2.2889375587304434667,0.16666666666666665741,700.60437051626740867,0.18021757099995738826,0.020454797454579998899,0.38757078154976765116,1.0);
INSERT INTO step_metric VALUES(1,12,15,1795667273.0556857585,3,4,2.3386422991752624511,2.3013637438416481018,0.125,799.55265028797577997,0.18310069199992540234,0.0060931909999908384634,0.39599797522383645143,1.0);
INSERT INTO step_metric VALUES(2,1,1,1795667272.9874372482,1,1,1.9895499348640441894,1.9895499348640441894,0.5,35.24520259258197541,0.1148486590000175056,1.5322101292987782006,0.45556200685656272897,1.0);
INSERT INTO step_metric VALUES(2,2,2,1795667272.9908730984,1,2,2.4278098344802856445,2.2086798846721649169,0.25,68.418015636857816728,0.11828630299987707985,0.73084634150956373499,0.55337072614730287156,1.0);
INSERT INTO step_metric VALUES(2,3,3,1795667272.9950094222,1,3,2.3180180788040161132,2.2451259493827819824,0.16666666666666665741,99.119816852287414123,0.12242363499990460695,0.46411563179235265641,0.39524966633931601922,1.0);
INSERT INTO step_metric VALUES(2,4,4,1795667272.9984357357,1,4,2.5453301668167114257,2.3201770037412643432,0.125,128.523496765877411,0.12584889100003238127,0.3268122754087199322,0.44247304236200285521,1.0);
INSERT INTO step_metric VALUES(2,5,6,1795667273.0144586562,2,1,2.1681151092052459716,2.1681151092052459716,0.25,1111.9107602350800334,0.14186909599993668962,0.18856359040055395426,0.34880705894774632902,1.0);
INSERT INTO step_metric VALUES(2,6,7,1795667273.0188179016,2,2,2.5361440777778625488,2.3521295934915542602,0.125,1005.2251603754677944,0.14623010099990096932,0.14168928900039645668,0.56846439400711434863,1.0);
INSERT INTO step_metric VALUES(2,7,9,1795667273.024172306,2,3,2.435523390769958496,2.3799275259176888575,0.083333333333333328707,906.33640170162107097,0.1515118019999590615,0.10761928371464687947,0.55011893416971680004,1.0);
INSERT INTO step_metric VALUES(2,8,10,1795667273.027215004,2,4,2.1189601421356201171,2.3146856799721717834,0.125,978.07001965754420784,0.15463043199997628107,0.079664819000299758045,0.48817503727623490217,1.0);
INSERT INTO step_metric VALUES(2,9,14,1795667273.24776268,3,1,2.234058380126953125,2.234058380126953125,0.25,50.218807739478577901,0.25839303299994753615,0.079593536000099149307,0.36875513929891373665,1.0);
INSERT INTO step_metric VALUES(2,10,15,1795667273.2517697811,3,2,2.3549073338508605957,2.2944828569889068603,0.25,95.624251007987524529,0.26240238600007614877,0.05099526860008154333,0.39762503870580412357,1.0);
INSERT INTO step_metric VALUES(2,11,16,1795667273.2578690052,3,3,2.2792169451713562011,2.2893942197163901219,0.16666666666666665741,133.69118005856770992,0.26850070000000414438,0.02705761845457097664,0.38613759309455680801,1.0);
INSERT INTO step_metric VALUES(2,12,17,1795667273.2626318932,3,4,2.32036668062210083,2.2971373349428176879,0.125,169.27200617021532025,0.27326402199992116948,0.0060931909999908384634,0.39240993863603673696,1.0);
INSERT INTO step_metric VALUES(4,1,1,1795667273.8439862727,1,1,1.9895499348640441894,1.9895499348640441894,0.5,38.760156020801176169,0.1056862120001369476,19.849612710734707121,0.45556200685656272897,1.0);
INSERT INTO step_metric VALUES(4,2,2,1795667273.8470988273,1,2,2.4278098344802856445,2.2086798846721649169,0.25,75.247952585452452466,0.10880263800004286167,10.171360938377528526,0.55337072614730287156,1.0);
INSERT INTO step_metric VALUES(4,3,3,1795667273.8520040511,1,3,2.3180180788040161132,2.2451259493827819824,0.16666666666666665741,107.89391632772046136,0.11370781100004023755,7.0566915312252938008,0.39524966633931601922,1.0);
INSERT INTO step_metric VALUES(4,4,4,1795667273.8551192283,1,4,2.5453301668167114257,2.3201770037412643432,0.125,139.93892523030064012,0.11682304600003590167,5.4121759501448787332,0.44247304236200285521,1.0);
INSERT INTO step_metric VALUES(4,5,6,1795667273.8712553977,2,1,2.1681151092052459716,2.1681151092052459716,0.25,822.31905484365370286,0.13295495700003812089,3.8295031920033579808,0.34880705894774632902,1.0);
INSERT INTO step_metric VALUES(4,6,7,1795667273.8780255318,2,2,2.5361440777778625488,2.3521295934915542602,0.125,687.5122677897992389,0.1397268210000675026,3.3675816480031999233,0.56846439400711434863,1.0);
INSERT INTO step_metric VALUES(4,7,8,1795667273.8827524185,2,3,2.435523390769958496,2.3799275259176888575,0.083333333333333328707,733.27191365843771109,0.1444556720000491623,2.9910484427163219756,0.55011893416971680004,1.0);
INSERT INTO step_metric VALUES(4,8,9,1795667273.8898527622,2,4,2.1189601421356201171,2.3146856799721717834,0.125,681.89953514058458949,0.15155453200009105785,2.7524964970023120258,0.48817503727623490217,1.0);
INSERT INTO step_metric VALUES(4,9,12,1795667273.9298591613,3,1,2.234058380126953125,2.234058380126953125,0.25,130.07912225248477966,0.19156053799997607711,3.0331711840030695093,0.36875513929891373665,1.0);
INSERT INTO step_metric VALUES(4,10,14,1795667273.9330728054,3,2,2.3504919111728668212,2.2922751456499099731,0.25,235.63352001064600926,0.19476105000012466916,2.7815344640050625457,0.39651624429337745114,1.0);
INSERT INTO step_metric VALUES(4,11,15,1795667273.9366202354,3,3,2.2822623848915100097,2.2889375587304434667,0.16666666666666665741,319.87564940839587279,0.19832460099996751523,2.5799854919116156359,0.38757078154976765116,1.0);
INSERT INTO step_metric VALUES(5,1,1,1795667274.1774044036,1,1,1.9895499348640441894,1.9895499348640441894,0.5,25.703811980087813537,0.15667068299990205559,29.932295109245774966,0.45556200685656272897,1.0);
INSERT INTO step_metric VALUES(5,2,2,1795667274.1858286857,1,2,2.4278098344802856445,2.2086798846721649169,0.25,48.767231146795964489,0.1650963229999433679,15.694433897972922764,0.55337072614730287156,1.0);
INSERT INTO step_metric VALUES(5,3,3,1795667274.2042663097,1,3,2.3180180788040161132,2.2451259493827819824,0.16666666666666665741,65.759659754313062761,0.18353443799992419371,11.578132984038411734,0.39524966633931601922,1.0);
INSERT INTO step_metric VALUES(5,4,4,1795667274.2086217403,1,4,2.5453301668167114257,2.3201770037412643432,0.125,85.635320926154605558,0.18789053499995134188,8.8441787504207223236,0.44247304236200285521,1.0);
INSERT INTO step_metric VALUES(6,1,1,1795667280.3014245032,1,1,1.9895499348640441894,1.9895499348640441894,0.5,77.266689319891327159,0.05743586400012645754,0.6989176952821667399,0.45556200685656272897,1.0);
INSERT INTO step_metric VALUES(6,2,2,1795667280.3043370246,1,2,4.3625647781795216253e+37,2.1812823890897608126e+37,0.25,146.29165021558682723,0.060352394000119602424,0.34180389890915330308,1.1726039399558574327,1.0);
INSERT INTO step_metric VALUES(6,3,3,1795667280.3146719933,1,3,2.2794597730714167918e+37,2.2140081837503128058e+37,0.16666666666666665741,184.62831143767763819,0.070662562000052275834,0.2491657756241261179,1.1180339887498949025,1.0);
INSERT INTO step_metric VALUES(6,4,4,1795667280.318778038,1,4,7.6153413868531355992e+37,3.5643414845260185041e+37,0.125,231.46762423277519359,0.074791251000078773358,0.18146406678154403113,1.1180339887498949025,1.0);
INSERT INTO step_metric VALUES(6,5,7,1795667280.3391387462,2,1,1.237573802350468337e+38,1.237573802350468337e+38,0.0,292.12904303840309693,0.095108506000087800202,0.12374005980022959039,1.1180339887498949025,1.0);
INSERT INTO step_metric VALUES(6,6,8,1795667280.3422827721,2,2,1.5418444391780756035e+38,1.3897091207642719702e+38,0.0,473.89086435764403403,0.098297451000007640686,0.093802318000143714016,1.1726039399558574327,1.0);
INSERT INTO step_metric VALUES(6,7,9,1795667280.3455328941,2,3,1.7652941738947617735e+38,1.5149041384744352379e+38,0.0,596.02564141972982272,0.10154928900010418146,0.071552013143088649682,1.1726039399558574327,1.0);
INSERT INTO step_metric VALUES(6,8,10,1795667280.3481500148,2,4,1e999,1e999,0.0,703.27203467575611739,0.10416672500014101387,0.053734124000243355112,1.1726039399558574327,1.0);
CREATE TABLE epoch_metric (
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    step INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    time REAL NOT NULL,
    train_loss REAL, train_accuracy REAL, test_loss REAL, test_accuracy REAL,
    examples_per_second REAL, step_examples_per_second REAL,
    elapsed_seconds REAL, remaining_seconds REAL,
    PRIMARY KEY (run, epoch)
) WITHOUT ROWID;
INSERT INTO epoch_metric VALUES(1,1,4,5,1795667273.0030794143,2.3201770037412643432,0.125,2.3195370882749557495,0.125,128.523496765877411,128.8082179834567853,0.13049232499997742706,0.25822172800053522223);
INSERT INTO epoch_metric VALUES(1,2,8,11,1795667273.0348062515,2.3146856799721717834,0.125,2.3101624250411987304,0.125,978.07001965754420784,228.61075615262367933,0.16221645499990700045,0.076517992000162848853);
INSERT INTO epoch_metric VALUES(1,3,12,17,1795667273.0584228039,2.3013637438416481018,0.125,2.2946949750185012817,0.125,799.55265028797577997,308.68550131310803408,0.1858117669999046484,0.0);
INSERT INTO epoch_metric VALUES(2,1,4,5,1795667273.0030794143,2.3201770037412643432,0.125,2.3195370882749557495,0.125,128.523496765877411,128.8082179834567853,0.13049232499997742706,0.25822172800053522223);
INSERT INTO epoch_metric VALUES(2,2,8,11,1795667273.0348062515,2.3146856799721717834,0.125,2.3101624250411987304,0.125,978.07001965754420784,228.61075615262367933,0.16221645499990700045,0.076517992000162848853);
INSERT INTO epoch_metric VALUES(2,3,12,18,1795667273.2708163261,2.2971373349428176879,0.125,2.309827163815498352,0.125,169.27200617021532025,205.50641245462315965,0.28144766199989135202,0.0);
INSERT INTO epoch_metric VALUES(4,1,4,5,1795667273.8585836887,2.3201770037412643432,0.125,2.3195370882749557495,0.125,139.93892523030064012,145.09368163991760525,0.12028454599999349738,4.5933948840010998537);
INSERT INTO epoch_metric VALUES(4,2,8,10,1795667273.8972373008,2.3146856799721717834,0.125,2.3101624250411987304,0.125,681.89953514058458949,250.09005000230720837,0.15893732300014562497,2.8234668990050977299);
INSERT INTO epoch_metric VALUES(5,1,4,5,1795667274.2178640365,2.3201770037412643432,0.125,2.3195370882749557495,0.125,85.635320926154605558,86.984273031497195919,0.19713002299999971,7.645767557996805408);
INSERT INTO epoch_metric VALUES(6,1,4,5,1795667280.322697401,3.5643414845260185041e+37,0.125,8.9027218277883771856e+37,0.125,231.46762423277519359,233.10499776089457669,0.078710500000170213752,0.14604493200022261589);
CREATE TABLE event (
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (run, sequence)
) WITHOUT ROWID;
INSERT INTO event VALUES(1,0,'{"event":"run_started","run":"small-1","sequence":0,"time":"2026-11-26T04:27:52.873Z","experiment":{"name":"small","description":"","network":{"blocks":[[1,2],[1,2],[1,2],[1,2],[1,2]],"ratio":1,"kernel":3,"classifier":[4],"dropout":0.5,"weights":null},"data":{"dataset":"made-up","resize":128,"batch_size":4,"shuffle":true,"limit_train":16,"limit_test":8},"training":{"optimizer":"sgd","lr":0.05,"momentum":0.9,"weight_decay":0.0,"epochs":3,"seed":0,"precision":"float32"},"engine":{"convolution":"auto","chunk":null},"checkpoint":{"every_epochs":1,"every_minutes":5.0,"every_steps":null}},"dataset":"made-up from data","num_classes":10,"parameters":354,"train_examples":16,"test_examples":8,"steps_per_epoch":4,"threads":1,"machine":"AMD EPYC, 2 cores, 23.5 GiB of memory","engine":"oneDNN 2.6.3, AVX-512 BF16, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4","predicted_memory_bytes":62694144,"resumed_step":0}');
INSERT INTO event VALUES(1,8,'{"event":"checkpoint_saved","run":"small-1","sequence":8,"time":"2026-11-26T04:27:53.024Z","step":4,"epoch":1,"bytes":6540,"seconds":0.006483496000100786}');
INSERT INTO event VALUES(1,16,'{"event":"checkpoint_saved","run":"small-1","sequence":16,"time":"2026-11-26T04:27:53.058Z","step":8,"epoch":2,"bytes":6555,"seconds":0.0007041650001156086}');
INSERT INTO event VALUES(1,18,'{"event":"checkpoint_saved","run":"small-1","sequence":18,"time":"2026-11-26T04:27:53.081Z","step":12,"epoch":3,"bytes":6542,"seconds":0.0007660379999379074}');
INSERT INTO event VALUES(1,19,'{"event":"run_finished","run":"small-1","sequence":19,"time":"2026-11-26T04:27:53.082Z","outcome":"completed","diverged_at_step":null,"reason":null,"step":12,"last_epoch":{"epoch":3,"step":12,"train_loss":2.301363743841648,"train_accuracy":0.125,"test_loss":2.2946949750185013,"test_accuracy":0.125,"examples_per_second":799.5526502879758,"step_examples_per_second":308.68550131310803,"elapsed_seconds":0.18581176699990465,"remaining_seconds":0.0},"best_epoch":{"epoch":1,"step":4,"train_loss":2.3201770037412643,"train_accuracy":0.125,"test_loss":2.3195370882749557,"test_accuracy":0.125,"examples_per_second":128.5234967658774,"step_examples_per_second":128.80821798345679,"elapsed_seconds":0.13049232499997743,"remaining_seconds":0.2582217280005352},"examples_per_second":298.39465169278844,"step_examples_per_second":308.68550131310803,"elapsed_seconds":0.20856692099982865,"peak_memory_bytes":62042112}');
INSERT INTO event VALUES(2,12,'{"event":"run_started","run":"small-2","sequence":12,"time":"2026-11-26T04:27:53.152Z","experiment":{"name":"small","description":"","network":{"blocks":[[1,2],[1,2],[1,2],[1,2],[1,2]],"ratio":1,"kernel":3,"classifier":[4],"dropout":0.5,"weights":null},"data":{"dataset":"made-up","resize":128,"batch_size":4,"shuffle":true,"limit_train":16,"limit_test":8},"training":{"optimizer":"sgd","lr":0.001,"momentum":0.9,"weight_decay":0.0,"epochs":3,"seed":0,"precision":"float32"},"engine":{"convolution":"auto","chunk":null},"checkpoint":{"every_epochs":1,"every_minutes":5.0,"every_steps":null}},"dataset":"made-up from data","num_classes":10,"parameters":354,"train_examples":16,"test_examples":8,"steps_per_epoch":4,"threads":1,"machine":"AMD EPYC, 2 cores, 23.5 GiB of memory","engine":"oneDNN 2.6.3, AVX-512 BF16, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4","predicted_memory_bytes":62694144,"resumed_step":8}');
INSERT INTO event VALUES(2,13,'{"event":"checkpoint_saved","run":"small-2","sequence":13,"time":"2026-11-26T04:27:53.167Z","step":8,"epoch":2,"bytes":6555,"seconds":0.006096741999954247}');
INSERT INTO event VALUES(2,19,'{"event":"checkpoint_saved","run":"small-2","sequence":19,"time":"2026-11-26T04:27:53.285Z","step":12,"epoch":3,"bytes":6542,"seconds":0.0013882309999644349}');
INSERT INTO event VALUES(2,20,'{"event":"run_finished","run":"small-2","sequence":20,"time":"2026-11-26T04:27:53.286Z","outcome":"completed","diverged_at_step":null,"reason":null,"step":12,"last_epoch":{"epoch":3,"step":12,"train_loss":2.2971373349428177,"train_accuracy":0.125,"test_loss":2.3098271638154984,"test_accuracy":0.125,"examples_per_second":169.27200617021532,"step_examples_per_second":205.50641245462316,"elapsed_seconds":0.28144766199989135,"remaining_seconds":0.0},"best_epoch":{"epoch":1,"step":4,"train_loss":2.3201770037412643,"train_accuracy":0.125,"test_loss":2.3195370882749557,"test_accuracy":0.125,"examples_per_second":128.5234967658774,"step_examples_per_second":128.80821798345679,"elapsed_seconds":0.13049232499997743,"remaining_seconds":0.2582217280005352},"examples_per_second":203.93247754855994,"step_examples_per_second":205.50641245462316,"elapsed_seconds":0.295920790000082,"peak_memory_bytes":63463424}');
INSERT INTO event VALUES(4,0,'{"event":"run_started","run":"long-1","sequence":0,"time":"2026-11-26T04:27:53.738Z","experiment":{"name":"long","description":"","network":{"blocks":[[1,2],[1,2],[1,2],[1,2],[1,2]],"ratio":1,"kernel":3,"classifier":[4],"dropout":0.5,"weights":null},"data":{"dataset":"made-up","resize":128,"batch_size":4,"shuffle":true,"limit_train":16,"limit_test":8},"training":{"optimizer":"sgd","lr":0.05,"momentum":0.9,"weight_decay":0.0,"epochs":40,"seed":0,"precision":"float32"},"engine":{"convolution":"auto","chunk":null},"checkpoint":{"every_epochs":1,"every_minutes":5.0,"every_steps":null}},"dataset":"made-up from data","num_classes":10,"parameters":354,"train_examples":16,"test_examples":8,"steps_per_epoch":4,"threads":1,"machine":"AMD EPYC, 2 cores, 23.5 GiB of memory","engine":"oneDNN 2.6.3, AVX-512 BF16, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4","predicted_memory_bytes":62694144,"resumed_step":0}');
INSERT INTO event VALUES(4,11,'{"event":"checkpoint_saved","run":"long-1","sequence":11,"time":"2026-11-26T04:27:53.899Z","step":4,"epoch":1,"bytes":6529,"seconds":0.007651098999986061}');
INSERT INTO event VALUES(4,13,'{"event":"checkpoint_saved","run":"long-1","sequence":13,"time":"2026-11-26T04:27:53.933Z","step":8,"epoch":2,"bytes":6550,"seconds":0.0008795359999567154}');
INSERT INTO event VALUES(4,16,'{"event":"checkpoint_saved","run":"long-1","sequence":16,"time":"2026-11-26T04:27:53.948Z","step":11,"epoch":3,"bytes":6570,"seconds":0.0008941270000377699}');
INSERT INTO event VALUES(4,17,'{"event":"run_finished","run":"long-1","sequence":17,"time":"2026-11-26T04:27:53.949Z","outcome":"stopped","diverged_at_step":null,"reason":null,"step":11,"last_epoch":{"epoch":2,"step":8,"train_loss":2.314685679972172,"train_accuracy":0.125,"test_loss":2.3101624250411987,"test_accuracy":0.125,"examples_per_second":681.8995351405846,"step_examples_per_second":250.0900500023072,"elapsed_seconds":0.15893732300014562,"remaining_seconds":2.8234668990050977},"best_epoch":{"epoch":1,"step":4,"train_loss":2.3201770037412643,"train_accuracy":0.125,"test_loss":2.3195370882749557,"test_accuracy":0.125,"examples_per_second":139.93892523030064,"step_examples_per_second":145.0936816399176,"elapsed_seconds":0.1202845459999935,"remaining_seconds":4.5933948840011},"examples_per_second":250.97819034873206,"step_examples_per_second":273.48469650514227,"elapsed_seconds":0.2099747679999382,"peak_memory_bytes":63393792}');
INSERT INTO event VALUES(5,0,'{"event":"run_started","run":"cut-1","sequence":0,"time":"2026-11-26T04:27:54.021Z","experiment":{"name":"cut","description":"","network":{"blocks":[[1,2],[1,2],[1,2],[1,2],[1,2]],"ratio":1,"kernel":3,"classifier":[4],"dropout":0.5,"weights":null},"data":{"dataset":"made-up","resize":128,"batch_size":4,"shuffle":true,"limit_train":16,"limit_test":8},"training":{"optimizer":"sgd","lr":0.05,"momentum":0.9,"weight_decay":0.0,"epochs":40,"seed":0,"precision":"float32"},"engine":{"convolution":"auto","chunk":null},"checkpoint":{"every_epochs":1,"every_minutes":5.0,"every_steps":null}},"dataset":"made-up from data","num_classes":10,"parameters":354,"train_examples":16,"test_examples":8,"steps_per_epoch":4,"threads":1,"machine":"AMD EPYC, 2 cores, 23.5 GiB of memory","engine":"oneDNN 2.6.3, AVX-512 BF16, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4","predicted_memory_bytes":62694144,"resumed_step":0}');
INSERT INTO event VALUES(6,0,'{"event":"run_started","run":"wild-2","sequence":0,"time":"2026-11-26T04:28:00.244Z","experiment":{"name":"wild","description":"","network":{"blocks":[[1,2],[1,2],[1,2],[1,2],[1,2]],"ratio":1,"kernel":3,"classifier":[4],"dropout":0.5,"weights":null},"data":{"dataset":"made-up","resize":128,"batch_size":4,"shuffle":true,"limit_train":16,"limit_test":8},"training":{"optimizer":"sgd","lr":1e+38,"momentum":0.9,"weight_decay":0.0,"epochs":3,"seed":0,"precision":"float32"},"engine":{"convolution":"auto","chunk":null},"checkpoint":{"every_epochs":1,"every_minutes":5.0,"every_steps":null}},"dataset":"made-up from data","num_classes":10,"parameters":354,"train_examples":16,"test_examples":8,"steps_per_epoch":4,"threads":1,"machine":"AMD EPYC, 2 cores, 23.5 GiB of memory","engine":"oneDNN 2.6.3, AVX-512 BF16, convolutions Winograd in 12 of 14 passes, direct in the others, chunks of 4","predicted_memory_bytes":62694144,"resumed_step":0}');
INSERT INTO event VALUES(6,6,'{"event":"checkpoint_saved","run":"wild-2","sequence":6,"time":"2026-11-26T04:28:00.339Z","step":4,"epoch":1,"bytes":6555,"seconds":0.0025440070000968262}');
INSERT INTO event VALUES(6,11,'{"event":"run_finished","run":"wild-2","sequence":11,"time":"2026-11-26T04:28:00.359Z","outcome":"diverged","diverged_at_step":8,"reason":null,"step":8,"last_epoch":{"epoch":1,"step":4,"train_loss":3.5643414845260185e+37,"train_accuracy":0.125,"test_loss":8.902721827788377e+37,"test_accuracy":0.125,"examples_per_second":231.4676242327752,"step_examples_per_second":233.10499776089458,"elapsed_seconds":0.07871050000017021,"remaining_seconds":0.14604493200022262},"best_epoch":{"epoch":1,"step":4,"train_loss":3.5643414845260185e+37,"train_accuracy":0.125,"test_loss":8.902721827788377e+37,"test_accuracy":0.125,"examples_per_second":231.4676242327752,"step_examples_per_second":233.10499776089458,"elapsed_seconds":0.07871050000017021,"remaining_seconds":0.14604493200022262},"examples_per_second":348.29956235263666,"step_examples_per_second":354.59025843478446,"elapsed_seconds":0.1064151530001709,"peak_memory_bytes":63180800}');
CREATE TABLE revision (last INTEGER NOT NULL, deletions INTEGER NOT NULL);
INSERT INTO revision VALUES(53,1);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('run',6);
CREATE INDEX run_revision ON run (revision);
CREATE TRIGGER run_added AFTER INSERT ON run BEGIN UPDATE revision SET last = last + 1; UPDATE run SET revision = (SELECT last FROM revision) WHERE id = NEW.id; END;
CREATE TRIGGER run_changed AFTER UPDATE ON run WHEN NEW.revision = OLD.revision
    BEGIN UPDATE revision SET last = last + 1; UPDATE run SET revision = (SELECT last FROM revision) WHERE id = NEW.id; END;
CREATE TRIGGER run_deleted AFTER DELETE ON run
    BEGIN UPDATE revision SET deletions = deletions + 1; END;
CREATE TRIGGER tag_added AFTER INSERT ON tag BEGIN UPDATE revision SET last = last + 1; UPDATE run SET revision = (SELECT last FROM revision) WHERE id = NEW.run; END;
CREATE TRIGGER tag_removed AFTER DELETE ON tag BEGIN UPDATE revision SET last = last + 1; UPDATE run SET revision = (SELECT last FROM revision) WHERE id = OLD.run; END;
COMMIT;
