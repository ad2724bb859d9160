"""The training step in TensorFlow on the CPU (its oneDNN build), compiled by tf.function; bfloat16 by Keras's policy."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

from peer import VGG11, arguments, serve

options = arguments()
tf.config.threading.set_intra_op_parallelism_threads(options.threads)
if options.bfloat16:
    tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")

k = tf.keras.layers
layers = [k.Input((options.side, options.side, 1))]
for num_convs, out_channels in VGG11:
    layers += [
        k.Conv2D(out_channels // options.ratio, 3, padding="same", activation="relu") for _ in range(num_convs)]
    layers.append(k.MaxPool2D(2, 2))
layers += [
    k.Flatten(), k.Dense(4096, activation="relu"), k.Dropout(0.5), k.Dense(4096, activation="relu"), k.Dropout(0.5),
    k.Dense(10)]
net = tf.keras.Sequential(layers)
loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = tf.keras.optimizers.SGD(0.05)
pictures = tf.random.uniform((options.batch, options.side, options.side, 1))
labels = tf.random.uniform((options.batch,), 0, 10, dtype=tf.int32)


@tf.function
def compiled():
    with tf.GradientTape() as tape:
        loss = loss_of(labels, net(pictures, training=True))
    gradients = tape.gradient(loss, net.trainable_variables)
    optimizer.apply_gradients(zip(gradients, net.trainable_variables))
    return loss


serve(f"TensorFlow {tf.__version__}", lambda: float(compiled()))
