# tries: pictures that are gone
import shutil
shutil.rmtree(run / "images")
