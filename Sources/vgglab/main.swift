print("vgglab")
