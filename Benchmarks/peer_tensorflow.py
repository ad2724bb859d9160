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


def layers_of(kind, settings):
    """A layer, with explicit padding before it where the convolution or pooling has some."""
    kernel = settings.get("kernel", 2 if kind.endswith("pool") else 3)
    match kind:
        case "conv":
            padding = settings.get("padding", 0)
            is_same = padding == kernel // 2 and kernel % 2 == 1 and settings.get("stride", 1) == 1
            before = [] if is_same or padding == 0 else [k.ZeroPadding2D(padding)]
            return before + [k.Conv2D(
                settings["channels"], kernel, settings.get("stride", 1), padding="same" if is_same else "valid")]
        case "max_pool":
            return [k.MaxPool2D(kernel, settings.get("stride", kernel))]
        case "avg_pool":
            return [k.AveragePooling2D(kernel, settings.get("stride", kernel))]
        case "global_avg_pool":
            return [k.GlobalAveragePooling2D()]
        case "batch_norm":
            return [k.BatchNormalization(epsilon=1e-5, momentum=0.9)]
        case "local_response_norm":
            return [k.Lambda(lambda x: tf.nn.local_response_normalization(x, 2, 2.0, 2e-5, 0.75))]
        case "flatten":
            return [k.Flatten()]
        case "linear":
            return [k.Dense(10 if settings["value"] == "classes" else settings["value"])]
        case "dropout":
            return [k.Dropout(settings["value"])]
    return [k.Activation({"leaky_relu": tf.nn.leaky_relu}.get(kind, kind))]


net = tf.keras.Sequential(
    [k.Input((wanted.side, wanted.side, 1))]
    + [layer for kind, settings in wanted.layers for layer in layers_of(kind, settings)])
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
