"""The training step in TensorFlow on the CPU (its oneDNN build), compiled by tf.function; bfloat16 by Keras's policy."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

from peer import Step, serve

wanted = Step()
tf.config.threading.set_intra_op_parallelism_threads(wanted.threads)
if wanted.is_bfloat16:
    tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")

k = tf.keras.layers
layers = [k.Input((wanted.side, wanted.side, 1))]
for num_convs, out_channels in wanted.blocks:
    layers += [k.Conv2D(out_channels, wanted.kernel, padding="same", activation="relu") for _ in range(num_convs)]
    layers.append(k.MaxPool2D(2, 2))
layers.append(k.Flatten())
for width in wanted.classifier:
    layers += [k.Dense(width, activation="relu"), k.Dropout(wanted.dropout)]
net = tf.keras.Sequential(layers + [k.Dense(10)])
loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = tf.keras.optimizers.SGD(wanted.learning_rate, momentum=wanted.momentum)
images = tf.random.uniform((wanted.batch, wanted.side, wanted.side, 1))
labels = tf.random.uniform((wanted.batch,), 0, 10, dtype=tf.int32)


@tf.function
def compiled():
    with tf.GradientTape() as tape:
        loss = loss_of(labels, net(images, training=True))
    gradients = tape.gradient(loss, net.trainable_variables)
    optimizer.apply_gradients(zip(gradients, net.trainable_variables))
    return loss


serve(f"TensorFlow {tf.__version__}", lambda: float(compiled()))
